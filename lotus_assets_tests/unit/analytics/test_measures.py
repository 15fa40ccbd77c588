"""What is said of portfolios' figures: nothing is left out, and the worked examples are right."""

from datetime import date
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from lotus_assets.analytics import measures
from lotus_assets.analytics.measures.diagnostics import DIAGNOSTICS
from lotus_assets.analytics.measures.measure import Measure, MeasureFamily, MeasureUnit
from lotus_assets.analytics.measures.measure_catalogue import BY_COLUMN, by_column
from lotus_assets.analytics.measures.measure_definitions import possible_codes
from lotus_assets.analytics.measures.risk_measures import EXAMPLE
from lotus_assets.analytics.measures.statuses import REASONS, STATUSES
from lotus_assets.analytics.portfolios.contribution_model import LINKINGS
from lotus_assets.analytics.portfolios.portfolio_family import CODE
from lotus_assets.definitions import PORTFOLIO_ANALYTICS, defs
from lotus_assets.engine.performance.formulas.attribution_effects import (
    Measured,
    Model,
    single_effects,
)
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.cells import Cells
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.risk_statistics import statistics_of_series
from lotus_assets.engine.performance.formulas.statuses import Reason, Status
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.contribution import ContributionOptions, contributed
from lotus_assets.engine.performance.frames.mwr import MwrOptions, mwr
from lotus_assets.filling.fingerprints import modules_in
from lotus_assets.graph.gated_assets import FILLED_TABLES
from lotus_assets_tests.unit.engine.performance.frames.books import Point, parts_of

TABLES = [
    FILLED_TABLES[key.to_user_string()] for family in PORTFOLIO_ANALYTICS for key in family.keys
]
NUMBERS = {"Float64", "Int64"}
NO_MEASURE = {"level"}
"""A depth in a hierarchy is a key."""


def number_columns() -> set[str]:
    return {
        f"{table.name}.{name}"
        for table in TABLES
        for name, column in table.schema.columns.items()
        if str(column.dtype) in NUMBERS and name not in NO_MEASURE
    }


def test_every_number_of_a_portfolio_table_is_a_measure_and_every_measure_a_column() -> None:
    stored = {f"{table.name}.{name}" for table in TABLES for name in table.columns}
    assert len(TABLES) == 13
    assert number_columns() - BY_COLUMN.keys() == set()
    assert BY_COLUMN.keys() - stored == set()


def test_a_word_that_changes_has_no_row_worked_out_anew() -> None:
    hashed = {path for part in CODE for path in modules_in(part)}
    assert len(hashed) > 50
    assert hashed.isdisjoint(modules_in(Path(measures.__file__).parent))


def test_a_column_is_defined_once() -> None:
    repeated = Measure(
        ("twr.period_return",), "A", MeasureFamily.RISK, MeasureUnit.NUMBER, "", "", "", ""
    )
    with pytest.raises(ValueError, match=r"twice: \['twr.period_return'\]"):
        by_column((repeated, repeated))


def test_every_status_and_reason_is_defined() -> None:
    of_contracts = set().union(*map(possible_codes, TABLES))
    assert {"OK", "STALE_VALUATIONS", "OVERFLOW"} <= of_contracts
    assert of_contracts <= STATUSES.keys() | REASONS.keys()
    assert {str(status) for status in Status} <= STATUSES.keys()
    assert {str(reason) for reason in Reason if reason} <= REASONS.keys()


@pytest.mark.parametrize("entries", [STATUSES, REASONS, DIAGNOSTICS])
def test_nothing_is_left_unsaid(entries: dict[str, object]) -> None:
    for code, entry in entries.items():
        assert all(vars(entry).values()), code


def test_portfolio_tables_carry_their_definitions() -> None:
    graph = defs.resolve_asset_graph()
    for table in TABLES:
        markdown = graph.get(dg.AssetKey(table.name)).metadata["definitions"].value
        columns = [column for column in BY_COLUMN if column.startswith(f"{table.name}.")]
        assert columns
        for column in columns:
            assert f"`{column}`" in markdown
        for code in possible_codes(table):
            assert f"| `{code}` |" in markdown


def figures_in(text: str) -> list[float]:
    """The numbers of an example, in order."""
    words = text.replace("−", "-").replace(",", "").replace(";", " ").replace(":", " ").split()
    figures = []
    for word in words:
        try:
            figures.append(float(word.rstrip(".")))
        except ValueError:
            continue
    return figures


def ends_with(column: str, value: float) -> bool:
    """Whether the example of a measure ends with the value, to the digits that it shows."""
    return figures_in(BY_COLUMN[column].example)[-1] == pytest.approx(value, abs=6e-5)


def test_the_example_of_risk_is_what_the_engine_gives() -> None:
    assert EXAMPLE.startswith("Portfolio 0.02, −0.01, 0.03 in three months")
    dates = np.array(["2025-01-31", "2025-02-28", "2025-03-31"], "datetime64[D]")
    (row,) = statistics_of_series(
        np.array([0.02, -0.01, 0.03]),
        dates,
        np.array([0, 3]),
        Frequency.MONTHLY,
        np.array([0.01, -0.02, 0.04]),
        np.full(3, 0.001),
    ).to_dict("records")
    for name in [
        "linked_return",
        "annualised_return",
        "volatility",
        "downside_deviation",
        "sharpe_ratio",
        "sortino_ratio",
        "maximum_drawdown",
        "tracking_error",
        "information_ratio",
        "beta",
        "correlation",
        "r_squared",
        "alpha",
        "up_capture",
        "down_capture",
        "observations",
    ]:
        assert ends_with(f"risk_statistics.{name}", row[name]), name
    assert "0.0063" in BY_COLUMN["risk_statistics.alpha_per_period"].example
    assert row["alpha_per_period"] == pytest.approx(0.0063, abs=6e-5)
    assert row["drawdown_peak_date"] == pd.Timestamp("2025-01-31")
    assert row["drawdown_trough_date"] == pd.Timestamp("2025-02-28")


def test_the_example_of_money_weighted_returns_is_what_the_engine_gives() -> None:
    start = pd.Timestamp("2023-01-01")
    days = [start + pd.Timedelta(days=365), start + pd.Timedelta(days=730)]
    windows = pd.DataFrame(
        {
            "start_date": [start, start],
            "end_date": [days[1], days[1]],
            "begin_mv": [1000.0, 1000.0],
            "end_mv": [2310.0, 0.0],
        }
    )
    flows = pd.DataFrame(
        {
            "window": [0, 1, 1],
            "date": [days[0], *days],
            "amount": [1000.0, -2300.0, 1320.0],
        }
    )
    xirr, dietz, several, _ = mwr(windows, flows, MwrOptions()).to_dict("records")
    assert xirr["annual_rate"] == pytest.approx(0.1)
    assert "XIRR is 0.1." in BY_COLUMN["mwr.annual_rate"].example
    assert ends_with("mwr.annual_rate", dietz["annual_rate"])
    assert "= 0.21." in BY_COLUMN["mwr.period_return"].example
    assert xirr["period_return"] == pytest.approx(0.21)
    assert ends_with("mwr.period_return", dietz["period_return"])
    assert dietz["average_capital"] == 1500.0
    assert several["roots"] == pytest.approx([0.1, 0.2])
    assert several["status"] == "MULTIPLE_ROOTS"


def test_the_example_of_contribution_is_what_the_engine_gives() -> None:
    rows: list[Point] = [
        ("P", "", "2025-02-03", 100, 0, 0, 0, 110),
        ("P", "", "2025-02-04", 110, 0, 0, 0, 104.5),
        ("P", "A", "2025-02-03", 60, 0, 0, 0, 66),
        ("P", "A", "2025-02-04", 66, 0, 0, 0, 63.8),
        ("P", "B", "2025-02-03", 40, 0, 0, 0, 44),
        ("P", "B", "2025-02-04", 44, 0, 0, 0, 40.7),
    ]
    variants = [ContributionVariant(linking=linking) for linking in LINKINGS]
    options = ContributionOptions((ReportingPeriod("ITD"),))
    result = contributed(parts_of(rows, date(2025, 2, 4)), options, variants)
    assert result.totals["portfolio_return"].tolist() == pytest.approx([0.045, 0.045])
    of_position = result.positions[result.positions["position_id"] == "A"]
    carino, frongello = of_position["contribution"]
    assert carino == pytest.approx(0.0375, abs=6e-5)
    assert frongello == pytest.approx(0.038)
    assert "= 0.0375; FRONGELLO" in BY_COLUMN["contribution.contribution"].example
    assert ends_with("contribution.contribution", 0.038)


def test_the_example_of_attribution_is_what_the_engine_gives() -> None:
    weight_p, weight_b = np.array([0.6, 0.4]), np.array([0.5, 0.5])
    returns = Measured(np.array([0.04, 0.01]), np.array([0.02, 0.01]), np.array([0.015]), None)
    cells = Cells.of_keys(np.arange(2), (2, 1))
    effects = single_effects(cells, weight_p, weight_b, returns, list(Model))
    assert effects.allocation[Model.BF] == pytest.approx([0.0005, 0.0005])
    assert effects.allocation[Model.BHB][0] == pytest.approx(0.002)
    assert effects.selection == pytest.approx([0.01, 0.0])
    assert effects.interaction == pytest.approx([0.002, 0.0])
