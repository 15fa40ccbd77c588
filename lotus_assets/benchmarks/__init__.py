"""The project's own speed, and any other's: runs → history → regressions → dashboard.

Here belong the tables of the group `benchmarks` with their assets, the suites that are measured
(`own_suite`, `subjects`), the plugin with which pytest measures them, and the dashboard. Here
belongs no reading or writing of result files (`sources.benchmark_files`) and no decision whether
something became slower (`engine.speed`). The benchmarks themselves are tests
(`lotus_assets_tests/benchmarks`).
"""
