"""Whether code became slower: pure functions over points of benchmark series.

Belongs here: the facts that docs/PERFORMANCE.md names, each by itself: the seed's threshold, change
points, the environment, exact metrics, completeness, the noise floor, and what to measure again.
Does not: reading results (`sources.benchmark_files`), tables and assets (`benchmarks`), what
people are told.
"""
