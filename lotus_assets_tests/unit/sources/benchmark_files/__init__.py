"""Tests of the readers of benchmark results. `files` holds what pytest-benchmark itself wrote."""
