"""A portfolio and its parts, sent along or read, as the frames that the measures take."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.services.api.valuation_points import Point, points_frame


def portfolio_row(
    portfolio_id: str, as_of: dt.date, opened: dt.date, first: dt.date
) -> pd.DataFrame:
    """One portfolio with its as-of day, the day it opened, and the first day that is known."""
    return pd.DataFrame(
        {
            "portfolio_id": [portfolio_id],
            "as_of_date": [np.datetime64(as_of, "D")],
            "portfolio_open_date": [np.datetime64(opened, "D")],
            "performance_start_date": [np.datetime64(first, "D")],
        }
    )


def part_points(
    portfolio_id: str, part: str, part_id: str, points: Sequence[Point]
) -> pd.DataFrame:
    """Days of the portfolio or of one of its parts."""
    frame = points_frame(points).drop(columns="capital_sign")
    return frame.assign(portfolio_id=portfolio_id, part=part, part_id=part_id)


def part_metas(
    portfolio_id: str, parts: Sequence[Mapping[str, Any]], identifier: str
) -> pd.DataFrame:
    """Dimensions of each part; `identifier` is the field that names it."""
    rows = [(portfolio_id, each[identifier], each["meta"]) for each in parts]
    return pd.DataFrame(rows, columns=["portfolio_id", "part_id", "meta"])
