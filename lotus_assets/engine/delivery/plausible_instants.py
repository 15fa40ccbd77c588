"""Instants that cannot be: from before Git was there, or from the future."""

import pandas as pd

EARLIEST = pd.Timestamp("2005-01-01", tz="UTC")
"""Git is younger: its first commit is of April 2005 (git-scm.com, "A Short History of Git")."""
LONGEST_AHEAD = pd.Timedelta(days=1)
"""How far a clock may be ahead of the run that read it."""


def is_implausible(instants: pd.Series, read_at: pd.Timestamp) -> pd.Series:
    """Whether each instant lies before 2005, or more than a day after `read_at`; NULL does not."""
    is_outside = (instants < EARLIEST) | (instants > read_at + LONGEST_AHEAD)
    return is_outside.fillna(False).astype(bool)


def plausible(rows: pd.DataFrame, read_at: pd.Timestamp) -> pd.DataFrame:
    """The rows with NULL for every instant that cannot be; the frame given stays as it is.

    `read_at` is the start of the run. Every column of instants is looked at.
    """
    instants = rows.select_dtypes("datetimetz")
    is_wrong = instants.apply(is_implausible, read_at=read_at)
    return rows.assign(**{name: rows[name].mask(is_wrong[name]) for name in instants.columns})
