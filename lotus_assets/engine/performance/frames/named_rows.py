"""Rows of results under the names of their portfolios, variants and windows."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import labels
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.frames.portfolio_days import Identifiers, PortfolioDays


def named_rows(
    rows: pd.DataFrame, portfolio_id: Identifiers, variants: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """`rows` with the columns of `variants` and portfolio_id in place of the numbers variant and
    portfolio."""
    number = rows["variant"].to_numpy(np.int64)
    names = {column: labels(values, number) for column, values in variants.items()}
    names["portfolio_id"] = labels(portfolio_id, rows["portfolio"].to_numpy(np.int64))
    others = rows.drop(columns=["variant", "portfolio"]).reset_index(drop=True)
    return pd.DataFrame({**names, **others})


def named_windows(days: PortfolioDays, windows: Windows) -> pd.DataFrame:
    """One row a window: portfolio (number), period, requested_start_date, start_date, end_date
    and is_clamped."""
    return pd.DataFrame(
        {
            "portfolio": windows.portfolio,
            "period": windows.key,
            "requested_start_date": windows.requested_start_date,
            "start_date": windows.start_date,
            "end_date": windows.end_date,
            "is_clamped": windows.clamped,
        }
    )
