"""Files that hold benchmark results: other tools' formats, and the history's own, one run a file.

Here belongs what a file means: pytest-benchmark's JSON, Criterion.rs's trees, cargo-criterion's
messages, github-action-benchmark's data.js, and the run file in which all of them end. A run is
taken whole or refused with its file, the place in it and the reason; of data.js, which holds years
of runs of many tools, what cannot be used is left out and named. Here belongs no comparison of
runs (`engine.speed`), no table (`benchmarks`), and nothing that runs a benchmark (`benchmarks`).
"""
