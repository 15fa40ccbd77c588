"""Sides from rows of reports: which rows are of listed groups, and under which key they count."""

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets.engine.performance.frames.portfolio_days import portfolio_days, portfolios_frame
from lotus_assets.engine.performance.frames.report_sides import (
    ReportLists,
    known_from_second_row,
    report_sides,
)
from lotus_assets_tests.unit.engine.performance.frames.books import (
    Point,
    points_of,
    portfolios_of,
)

AS_OF, DAY = date(2025, 1, 30), "2025-01-30"
DIMENSIONS = ("class", "region")
ROWS: list[Point] = [("P", "", DAY, 100, 0, 0, 0, 103), ("P", "E", DAY, 100, 0, 0, 0, 103)]
EQUITY, BOND = {"region": "EU", "class": "Equity"}, {"class": "Bond", "region": "EU"}
INSTRUMENTS = [{"instrument_id": "E", "meta": EQUITY}]


def sides_of(
    observed: Sequence[tuple[str, float, float]], groups: list[dict[str, str]]
) -> AttributionSides:
    """Sides of one portfolio whose stored groups have these keys, weights and returns."""
    points = points_of(ROWS)
    keys, weights, returns = zip(*observed, strict=True)
    stored = pd.DataFrame(
        {
            "portfolio_id": "P",
            "part": "benchmark_group",
            "part_id": keys,
            "perf_date": pd.Timestamp(DAY),
            "weight_bop": weights,
            "return_base": returns,
            "return_local": np.nan,
            "return_fx": np.nan,
        }
    )
    lists = {"P": ReportLists(INSTRUMENTS, groups, "EUR")}
    both = pd.concat([points, stored], ignore_index=True)
    return report_sides(both, portfolios_of(points, AS_OF), lists, DIMENSIONS)


def benchmark(sides: AttributionSides) -> dict[str, tuple[float, float]]:
    keys = sides.groups.keys[sides.benchmark.group]
    figures = zip(sides.benchmark.weight, sides.benchmark.return_base, strict=True)
    return dict(zip(keys.tolist(), figures, strict=True))


def test_keys_are_spelled_in_the_order_of_the_dimensions() -> None:
    sides = sides_of(
        [(json.dumps(EQUITY), 0.6, 0.02), (json.dumps(BOND), 0.4, 0.01)], [BOND, EQUITY]
    )
    assert benchmark(sides) == {
        '{"class": "Equity", "region": "EU"}': (0.6, 0.02),
        '{"class": "Bond", "region": "EU"}': (0.4, 0.01),
    }
    assert sides.groups.keys[sides.portfolio.group].tolist() == [
        '{"class": "Equity", "region": "EU"}'
    ]


def test_rows_of_groups_that_are_not_listed_do_not_count() -> None:
    """Of a group that is gone, and of other dimensions than are asked for now."""
    gone = [(json.dumps(BOND), 0.4, 0.01), ('{"class": "Equity"}', 1.0, 0.5)]
    sides = sides_of([*gone, (json.dumps(EQUITY), 1.0, 0.02)], [EQUITY])
    assert benchmark(sides) == {'{"class": "Equity", "region": "EU"}': (1.0, 0.02)}


def test_a_row_under_the_very_key_stands_for_those_in_another_order() -> None:
    now, before = '{"class": "Equity", "region": "EU"}', json.dumps(EQUITY)
    for rows in ([(before, 1.0, 0.5), (now, 1.0, 0.02)], [(now, 1.0, 0.02), (before, 1.0, 0.5)]):
        assert benchmark(sides_of(rows, [EQUITY])) == {now: (1.0, 0.02)}


@pytest.mark.parametrize(
    ("opened", "statuses"),
    [
        # The row before Monday the 27th is before the report: what the benchmark did since is lost.
        (date(2024, 5, 2), ["WINDOW_TOO_SHORT", "WINDOW_TOO_SHORT", "OK"]),
        (date(2025, 1, 25), ["OK", "OK", "OK"]),
    ],
)
def test_a_period_that_begins_by_the_first_row_needs_the_row_before(
    opened: date, statuses: list[str]
) -> None:
    """A report from Saturday the 25th."""
    rows: list[Point] = [
        ("P", "", day, 100, 0, 0, 0, 100) for day in ("2025-01-27", "2025-01-28", "2025-01-30")
    ]
    first = date(2025, 1, 25)
    portfolios = portfolios_frame(["P"], AS_OF, opened, first)
    known = known_from_second_row(portfolios, points_of(rows))
    starts = ("2025-01-25", "2025-01-27", "2025-01-28")
    periods = tuple(ReportingPeriod("EXPLICIT", start, "2025-01-30") for start in starts)
    days = portfolio_days(points_of(rows), known)
    assert days.windows(periods).status.tolist() == statuses
