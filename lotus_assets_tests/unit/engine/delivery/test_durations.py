"""Durations: hours where they can be measured, NULL and a reason where not."""

import pandas as pd

from lotus_assets.engine.delivery.durations import duration_faults, ends_before_start, hours_between

INSTANT = pd.DatetimeTZDtype("us", "UTC")
START = pd.Series(
    [
        "2026-03-02T08:00:00Z",
        "2026-03-02T08:00:00.9Z",
        "2026-03-02T08:00:02Z",
        "2026-03-29T00:30:00Z",
        None,
        "2026-03-02T08:00:00Z",
    ]
)
END = pd.Series(
    [
        "2026-03-02T09:30:00Z",
        "2026-03-02T08:00:00Z",
        "2026-03-02T08:00:00Z",
        "2026-03-29T01:30:00Z",
        "2026-03-02T08:00:00Z",
        None,
    ]
)


def instants(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format="ISO8601").astype(INSTANT)


def test_hours_are_of_utc_instants_and_never_clipped() -> None:
    # The fourth row spans the spring clock change: two hours on the wall, one that passed. The
    # second lies within the second that GraphQL cuts off, so both ends are one instant.
    hours = hours_between(instants(START), instants(END))
    assert hours.isna().tolist() == [False, False, True, False, True, True]
    assert hours.dropna().tolist() == [1.5, 0.0, 1.0]


def test_negative_means_by_more_than_a_second() -> None:
    negative = ends_before_start(instants(START), instants(END))
    assert negative.tolist() == [False, False, True, False, False, False]


def test_what_cannot_be_measured_is_counted_with_its_reason() -> None:
    rows = pd.DataFrame({"begun_at": instants(START), "ended_at": instants(END)})
    faults = duration_faults(rows, "begun_at", "ended_at", "some_hours")
    assert faults["fault"].to_dict() == {
        2: "negative",
        4: "missing:begun_at",
        5: "missing:ended_at",
    }
    assert set(faults["duration"]) == {"some_hours"}
