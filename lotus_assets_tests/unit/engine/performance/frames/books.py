"""Portfolios with parts, as the contracts' frames have them."""

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts, portfolio_parts

Point = tuple[str, str, str, float, float, float, float, float]
"""Portfolio, part id (empty: the portfolio's own), day, begin_mv, bod_cf, eod_cf, fees, end_mv."""
Observation = tuple[str, dict[str, str], str, float, float, float, float]
"""Portfolio, key, day, weight, return, local return, currency return."""
AMOUNTS = ["begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv"]


def points_of(rows: Sequence[Point]) -> pd.DataFrame:
    """Rows of a contribution or attribution input."""
    frame = pd.DataFrame(rows, columns=["portfolio_id", "part_id", "perf_date", *AMOUNTS])
    frame["perf_date"] = pd.to_datetime(frame["perf_date"])
    own = np.where(frame["part_id"] == "", "portfolio", "position")
    return frame.assign(part=own)


def portfolios_of(points: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Portfolios that opened on their first day, which is known."""
    first = points.groupby("portfolio_id", sort=False)["perf_date"].min()
    return pd.DataFrame(
        {
            "portfolio_id": first.index.to_numpy(dtype=object),
            "as_of_date": pd.Timestamp(as_of),
            "portfolio_open_date": first.to_numpy(),
            "performance_start_date": first.to_numpy(),
        }
    )


def metas_of(metas: dict[tuple[str, str], dict[str, str]]) -> pd.DataFrame:
    """Dimensions of parts by portfolio and part."""
    rows = [(portfolio, part, meta) for (portfolio, part), meta in metas.items()]
    return pd.DataFrame(rows, columns=["portfolio_id", "part_id", "meta"])


def parts_of(
    rows: Sequence[Point] | pd.DataFrame,
    as_of: date,
    metas: dict[tuple[str, str], dict[str, str]] | None = None,
    names: Sequence[str] = (),
) -> PortfolioParts:
    """The parts of a book."""
    points = rows if isinstance(rows, pd.DataFrame) else points_of(rows)
    return portfolio_parts(points, portfolios_of(points, as_of), metas_of(metas or {}), names)


def observations(rows: Sequence[Observation]) -> pd.DataFrame:
    """Benchmark groups (or a portfolio given as groups)."""
    names = ["portfolio_id", "key", "perf_date", "weight_bop"]
    frame = pd.DataFrame(rows, columns=[*names, "return_base", "return_local", "return_fx"])
    return frame.assign(
        key=[json.dumps(key, sort_keys=True) for key in frame["key"]],
        perf_date=pd.to_datetime(frame["perf_date"]),
    )
