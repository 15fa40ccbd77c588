"""Calculations against answers worked out by hand and by plain loops."""
