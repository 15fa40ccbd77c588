"""Portfolio reports: the figures that they choose, and what they make of them."""
