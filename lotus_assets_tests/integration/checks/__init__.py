"""Checks across tables, on real warehouses and in real runs."""
