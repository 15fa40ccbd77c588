"""Rows of metric_daily made by hand, for the pages about them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from lotus_assets.outputs.pages.data_quality import CoveredProject, DataQuality
from lotus_assets.outputs.pages.page_making import PageMaking

DAY = date(2026, 3, 25)
"""A Wednesday."""
ORG = ("Toman", "", "", "")
LINE = ("Toman", "Exchange", "", "")
TEAM = ("Toman", "Exchange", "Matching", "")
REPO = ("Toman", "Exchange", "Matching", "toman/exchange/orderbook")
OTHER = ("Toman", "Exchange", "Matching", "toman/exchange/<b>settlement</b>")
SLICES = (ORG, LINE, TEAM, REPO, OTHER)


def metric_rows(
    values: Mapping[tuple[tuple[str, ...], str, date], float | None], **beside: Any
) -> pd.DataFrame:
    """Rows of `metric_daily`: (slice, metric, day) → value, six of seven rows behind each."""
    rows = [
        dict(zip(("org", "business_line", "team", "repo"), levels, strict=True))
        | {"metric": metric, "date": pd.Timestamp(day), "value": value, "reason": None}
        | {"sample_size": 6, "population_size": 7}
        | beside
        for (levels, metric, day), value in values.items()
    ]
    return pd.DataFrame(rows).astype({"value": "Float64", "reason": "string"})


def quality(**changes: Any) -> DataQuality:
    """Data quality of a day on which nothing is wrong."""
    nothing: dict[str, Any] = {
        "day": DAY,
        "expected_day": DAY,
        "computed_at": datetime(2026, 3, 26, 1, tzinfo=UTC),
        "coverage": 1.0,
        "required_coverage": 0.95,
        "active_projects": 2,
        "projects": [CoveredProject("toman/old", False, False, "archived")],
        "quarantine": [],
        "checks": [],
        "parity": 1.0,
        "required_parity": 0.98,
        "parity_week": "2026-W13",
        "differences": [],
    }
    return DataQuality(**nothing | changes)


MAKING = PageMaking(datetime(2026, 3, 26, 2, tzinfo=UTC), DAY)
