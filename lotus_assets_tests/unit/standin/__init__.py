"""The stand-ins: their data and their doors, against the published descriptions."""
