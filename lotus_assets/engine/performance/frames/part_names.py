"""What a row of a report is about: its `part`."""

PORTFOLIO = "portfolio"
"""The portfolio itself."""
INSTRUMENT, POSITION = "instrument", "position"
GROUP = "benchmark_group"
"""A group of the portfolio's benchmark."""
