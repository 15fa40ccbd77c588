"""Instants that cannot be are missing, whatever column they stand in."""

import pandas as pd

from lotus_assets.engine.delivery.plausible_instants import plausible

NOW = pd.Timestamp("2026-03-31T12:00Z")


def test_before_2005_and_more_than_a_day_ahead() -> None:
    texts = [
        "1970-01-01T00:00Z",
        "2004-12-31T23:59:59Z",
        "2005-01-01T00:00Z",
        "2026-04-01T12:00Z",
        "2026-04-01T12:00:01Z",
        None,
    ]
    parsed = pd.to_datetime(pd.Series(texts), utc=True, format="ISO8601")
    instants = parsed.astype("datetime64[us, UTC]")
    rows = pd.DataFrame({"created_at": instants, "name": list("abcdef")})
    kept = plausible(rows, NOW)
    assert kept["created_at"].notna().tolist() == [False, False, True, True, False, False]
    assert kept["created_at"].dtype == instants.dtype
    assert kept["name"].tolist() == list("abcdef")
    assert rows["created_at"].notna().sum() == 5, "the rows given stay as they are"
    assert plausible(rows[:0], NOW).empty
