"""Checks, their pure parts."""
