"""Periods of portfolios: returns beside the benchmark's, and money-weighted ones beside those."""

from typing import Any

import pandas as pd

from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.engine.performance.frames.mwr import Method
from lotus_assets.outputs.portfolio_report.plain_values import Row, rows_by_portfolio
from lotus_assets.outputs.portfolio_report.report_model import MoneyWeightedRow, PeriodRow
from lotus_assets.outputs.portfolio_report.return_curves import (
    GROSS,
    NET,
    benchmark_returns,
)
from lotus_assets.outputs.portfolio_report.words import (
    OK,
    day_text,
    notes_of,
    reason_note,
    status_note,
)

KEY = ["portfolio_id", "period"]


def period_table(
    twr: pd.DataFrame, days: pd.DataFrame, returns_series: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `twr` net of fees, shorter periods first, with the gross return and the benchmark's.

    A period without a return of the portfolio is not compared with the benchmark.
    """
    ranks = twr["period"].map({period: rank for rank, period in enumerate(PERIOD_NAMES)})
    ranked = twr.assign(rank=ranks).sort_values(["portfolio_id", "rank"], kind="stable")
    net = ranked[ranked["metric_basis"] == NET].reset_index(drop=True)
    gross = twr.loc[twr["metric_basis"] == GROSS, [*KEY, "period_return", "annualised_return"]]
    beside = gross.rename(
        columns={"period_return": "gross", "annualised_return": "annualised_gross"}
    )
    rows = net.join(benchmark_returns(net, days, returns_series)).merge(beside, on=KEY, how="left")
    has_return = rows["period_return"].notna()
    rows["benchmark_return"] = rows["benchmark_return"].where(has_return)
    return rows.assign(active=rows["period_return"] - rows["benchmark_return"])


def period_rows(periods: pd.DataFrame) -> dict[str, tuple[PeriodRow, ...]]:
    """The rows of every portfolio, out of `period_table`."""
    return {
        name: tuple(map(_period_row, rows)) for name, rows in rows_by_portfolio(periods).items()
    }


def _period_row(row: Row) -> PeriodRow:
    return PeriodRow(
        row["period"],
        row["requested_start_date"],
        row["start_date"],
        row["end_date"],
        row["period_return"],
        row["gross"],
        row["benchmark_return"],
        row["active"],
        row["annualised_return"],
        row["annualised_gross"],
        row["status"],
        notes_of(
            status_note(row["status"], row["status_date"]),
            _clamped(row),
            reason_note(row["annualisation_reason"]),
            _stale(row["stale_since"]),
            _counted(row["small_capital_days"], "began with small capital"),
            _missing(row),
        ),
    )


def _clamped(row: Row) -> str:
    if not row["is_clamped"] or row["status"] == "CLOSED":
        return ""
    if row["start_date"] > row["requested_start_date"]:
        return f"Cut to the portfolio's life: it opened on {day_text(row['start_date'])}."
    return f"Cut to the portfolio's life: it closed on {day_text(row['end_date'])}."


def _stale(since: Any) -> str:
    return "" if since is None else f"Last valued on {day_text(since)}."


def _counted(days: int, what: str) -> str:
    return f"{days} day{'' if days == 1 else 's'} {what}." if days else ""


def _missing(row: Row) -> str:
    if row["benchmark_return"] is None:
        return ""
    return _counted(row["benchmark_days_missing"], "without a return of the benchmark")


def money_weighted_rows(
    mwr: pd.DataFrame, periods: pd.DataFrame
) -> dict[str, tuple[MoneyWeightedRow, ...]]:
    """The rows of every portfolio, in the order of `periods` (see `period_table`)."""
    by_method = [
        mwr[mwr["method"] == str(method)].set_index(KEY).add_prefix(prefix)
        for method, prefix in ((Method.XIRR, ""), (Method.MODIFIED_DIETZ, "dietz_"))
    ]
    both = by_method[0].join(by_method[1]).reset_index()
    order = periods[[*KEY, "period_return"]].rename(columns={"period_return": "time_weighted"})
    rows = order.merge(both, on=KEY, how="inner")
    rows["timing"] = rows["period_return"] - rows["time_weighted"]
    return {
        name: tuple(map(_money_weighted_row, of_portfolio))
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def _money_weighted_row(row: Row) -> MoneyWeightedRow:
    return MoneyWeightedRow(
        row["period"],
        row["start_date"],
        row["end_date"],
        row["time_weighted"],
        row["period_return"],
        row["annual_rate"],
        row["dietz_period_return"],
        row["dietz_annual_rate"],
        row["timing"],
        row["flow_count"],
        row["net_flow"],
        row["begin_mv"],
        row["end_mv"],
        notes_of(
            *_of_method("XIRR", row["status"], row["reason"]),
            *_of_method("Modified Dietz", row["dietz_status"], row["dietz_reason"]),
            "Shorter than a year: the rate a year says more than the period lasted for."
            if row["is_short_period"] and row["annual_rate"] is not None
            else "",
        ),
    )


def _of_method(method: str, status: str, reason: str | None) -> tuple[str, ...]:
    sentence = reason_note(reason) or ("" if status == OK else status_note(status))
    return (f"{method}: {sentence}",) if sentence else ()
