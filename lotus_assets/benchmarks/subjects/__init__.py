"""What is measured beside this project's own suite: `rangebar` from PyPI, and its Rust core.

Belongs here: a subject's suite with its lock (a folder a subject, run in an environment of its
own: those files import nothing of the project), how that environment is made, which metrics are
expected of it. Does not: reading what a suite wrote (`sources.benchmark_files`), storing runs
(the files beside this package), judging them (`engine.speed`).
"""
