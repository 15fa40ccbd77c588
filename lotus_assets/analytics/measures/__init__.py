"""What the figures of portfolios mean, in words: measures, statuses, reasons, diagnostics.

Each is declared once, for docs/ANALYTICS.md, Dagster, the API and pages. Here belongs no
calculation (`engine.performance`) and no table (`analytics.portfolios`): a word that changes here
has no row worked out anew.
"""
