"""What is to be known about single days: marks, external flows, valuations that came late."""

import json

import numpy as np
import pandas as pd

from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.outputs.pages.number_forms import percent
from lotus_assets.outputs.portfolio_report.plain_values import Row, rows_by_portfolio
from lotus_assets.outputs.portfolio_report.report_model import Correction, Flow, MarkedDays
from lotus_assets.outputs.portfolio_report.report_tables import ReportTables
from lotus_assets.outputs.portfolio_report.return_curves import NET
from lotus_assets.outputs.portfolio_report.words import LOST_ALL, LOST_MORE

MARKED = ["portfolio_id", "code", "date", "position", "amount"]
AMOUNT = "amount"


def marked_days(tables: ReportTables) -> dict[str, tuple[MarkedDays, ...]]:
    """Days of every portfolio with a diagnostic; neighbours with the same one are told together.

    Neighbours stand one after the other among the portfolio's valued days, or its missing ones.
    """
    rows = pd.concat(
        [
            _marks(tables.days),
            _missing_business_days(tables.payloads),
            _continuity_breaks(tables.payloads),
            _off_calendar(tables.rows["returns_series"]),
            _without_benchmark(tables),
            _stale(tables.rows["twr"]),
        ],
        ignore_index=True,
    )
    rows = rows.sort_values(["portfolio_id", "code", "date"], kind="stable")
    starts = (
        rows[["portfolio_id", "code"]].ne(rows[["portfolio_id", "code"]].shift()).any(axis=1)
        | rows["position"].diff().ne(1)
        | rows["code"].eq("CONTINUITY_BREAK")
    )
    runs = rows.groupby(starts.cumsum(), sort=False).agg(
        portfolio_id=("portfolio_id", "first"),
        code=("code", "first"),
        first=("date", "min"),
        last=("date", "max"),
        count=("date", "size"),
        low=(AMOUNT, "min"),
        high=(AMOUNT, "max"),
    )
    runs = runs.sort_values(["portfolio_id", "first", "code"], kind="stable")
    return {
        name: tuple(map(_marked_days, of_portfolio))
        for name, of_portfolio in rows_by_portfolio(runs).items()
    }


def _marked_days(row: Row) -> MarkedDays:
    return MarkedDays(
        row["code"], row["first"], row["last"], row["count"], _figure(row["code"], row)
    )


def _figure(code: str, row: Row) -> str:
    low, high = row["low"], row["high"]
    if low is None:
        return ""
    if code == "CONTINUITY_BREAK":
        return f"by {low:,.2f}"
    if code == "OFF_CALENDAR_LINKED":
        return f"{high:.0f} return{'' if high == 1 else 's'}"
    if low == high:
        return f"returned {percent(low)}"
    return f"returned {percent(low)} to {percent(high)}"


def _marks(days: pd.DataFrame) -> pd.DataFrame:
    """Marks of the calculation, and days that lost everything or more."""
    rows = _positioned(days.rename(columns={"perf_date": "date", "net_return": AMOUNT}))
    lost = np.select([rows[AMOUNT] < -1.0, rows[AMOUNT] == -1.0], [LOST_MORE, LOST_ALL], "")
    marked = rows.assign(code=rows["marks"].where(rows["marks"] != "", None))
    listed = marked.dropna(subset="code").assign(code=lambda frame: frame["code"].str.split("|"))
    of_loss = rows.assign(code=lost)
    return pd.concat([listed.explode("code"), of_loss[of_loss["code"] != ""]])[MARKED]


def _missing_business_days(payloads: pd.DataFrame) -> pd.DataFrame:
    headers = _performance_payloads(payloads)
    days = headers["header"].map(lambda text: _diagnostic(text, "missing_business_days"))
    listed = headers.assign(date=days)
    rows = listed.explode("date").dropna(subset="date")
    rows["date"] = pd.to_datetime(rows["date"])
    return _positioned(rows).assign(code="MISSING_BUSINESS_DAY", amount=np.nan)[MARKED]


def _continuity_breaks(payloads: pd.DataFrame) -> pd.DataFrame:
    headers = _performance_payloads(payloads)
    texts = headers["continuity_breaks"].fillna("[]")
    listed = headers.assign(found=[json.loads(text) for text in texts]).explode("found")
    rows = listed.dropna(subset="found")
    found = rows["found"]
    return rows.assign(
        code="CONTINUITY_BREAK",
        date=pd.to_datetime(pd.Series([one["date"] for one in found], index=rows.index)),
        position=0,
        amount=pd.Series([float(one["amount"]) for one in found], index=rows.index, dtype=float),
    )[MARKED]


def _performance_payloads(payloads: pd.DataFrame) -> pd.DataFrame:
    chosen = payloads["contract"].eq(PERFORMANCE_INPUT.contract.name) & payloads["header"].notna()
    return payloads[chosen].rename(columns={"subject": "portfolio_id"})


def _diagnostic(header: str, name: str) -> list[str]:
    days: list[str] = json.loads(header).get("diagnostics", {}).get(name, [])
    return days


def _off_calendar(returns_series: pd.DataFrame) -> pd.DataFrame:
    rows = _positioned(returns_series)
    linked = rows[rows["off_calendar_returns"] > 0]
    amounts = linked["off_calendar_returns"].astype(float)
    return linked.assign(code="OFF_CALENDAR_LINKED", amount=amounts)[MARKED]


def _without_benchmark(tables: ReportTables) -> pd.DataFrame:
    """Valued days of the calendar on which an assigned benchmark has no return."""
    rows = _positioned(tables.rows["returns_series"])
    lacking = rows["benchmark_return"].isna() & rows["portfolio_return"].notna()
    chosen = rows[lacking & rows["benchmark_id"].notna()]
    amounts = chosen["portfolio_return"].astype(float)
    return chosen.assign(code="BENCHMARK_DAY_MISSING", amount=amounts)[MARKED]


def _stale(twr: pd.DataFrame) -> pd.DataFrame:
    rows = twr.dropna(subset="stale_since").drop_duplicates(["portfolio_id", "stale_since"])
    return rows.assign(
        code="STALE_VALUATIONS", date=rows["stale_since"], position=0, amount=np.nan
    )[MARKED]


def _positioned(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their number within their portfolio, by date."""
    return rows.assign(position=rows.groupby("portfolio_id").cumcount())


def flows(days: pd.DataFrame, curve: pd.DataFrame) -> dict[str, tuple[Flow, ...]]:
    """External flows of every portfolio on the days of its curve; those of a day are netted."""
    amounts = days.assign(amount=days["bod_cf"] + days["eod_cf"])
    rows = _on_curve(amounts[amounts["amount"] != 0], curve)
    return {
        name: tuple(Flow(row["perf_date"], row["amount"], row["level"]) for row in of_portfolio)
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def corrections(late: pd.DataFrame, curve: pd.DataFrame) -> dict[str, tuple[Correction, ...]]:
    """Valuations of every portfolio that came late; see `ReportTables`."""
    rows = _on_curve(late, curve)
    return {
        name: tuple(
            Correction(
                row["perf_date"],
                row["as_of_date"],
                row["end_mv"],
                row["previous_end_mv"],
                row["level"],
            )
            for row in of_portfolio
        )
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def _on_curve(rows: pd.DataFrame, curve: pd.DataFrame) -> pd.DataFrame:
    """The rows with the net curve's level on their day: `level`, NaN where it has none."""
    net = curve.loc[curve["series"] == NET, ["portfolio_id", "date", "cumulative_return"]]
    named = net.rename(columns={"date": "perf_date", "cumulative_return": "level"})
    return rows.merge(named, on=["portfolio_id", "perf_date"], how="left")
