"""Decimals, calendars, periods and pages of the lotus-core service."""
