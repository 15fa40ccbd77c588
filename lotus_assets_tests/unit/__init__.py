"""Tests of one module at a time, without a database or network."""
