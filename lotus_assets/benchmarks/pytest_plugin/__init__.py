"""What pytest loads to measure a suite: one module of pytest and the standard library.

It is used in environments that hold none of our packages (`PYTHONPATH=<this folder> pytest
-p lotus_benchmark_metrics`), so nothing here imports the project.
"""
