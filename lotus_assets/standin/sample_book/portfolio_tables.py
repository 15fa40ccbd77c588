"""The layout's tables about portfolios: who they are, what they hold, flows, lots, assignments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from lotus_assets.standin.sample_book.corrections import corrected
from lotus_assets.standin.sample_book.decimals import SCALE, decimal_array, exact_array
from lotus_assets.standin.sample_book.frames import (
    dates_of,
    optional_dates,
    recorded,
    repeated,
    table_of,
    unrecorded,
)
from lotus_assets.standin.sample_book.ledger import (
    CENT,
    LedgerRows,
    cash_id,
    cash_rows,
    security_rows,
)
from lotus_assets.standin.sample_book.lots import lot_rows
from lotus_assets.standin.sample_book.market import Market
from lotus_assets.standin.sample_book.plans import Plan
from lotus_assets.standin.sample_book.trading import (
    Trading,
    cents,
    prices_of,
    trade,
    valuation_days,
)

CLOSING_NOTICE = timedelta(days=30)
"""How long before its last day a portfolio's closing is known."""
SWITCH_EVERY, SWITCH_DAY = 7, date(2024, 1, 2)
"""Every seventh portfolio changes its benchmark on this day."""
TWICE_ASSIGNED = "PF-008"
"""Has two assignments from one day on: the one that was recorded later counts."""

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Portfolio:
    """One portfolio's tables, by the layout's names."""

    plan: Plan
    tables: Tables


def portfolio_tables(seed: int, plan: Plan, market: Market) -> Portfolio | None:
    """Everything about one portfolio until the market's last day; None before it opens."""
    if not len(valuation_days(plan, market)):
        return None
    trading = trade(seed, plan, market)
    securities, to_cash = security_rows(plan, market, trading)
    cash, payout = cash_rows(plan, market, trading, to_cash)
    valuations = corrected(seed, plan, market, [securities, *cash])
    return Portfolio(
        plan,
        {
            "portfolios": _portfolio(plan, market),
            "positions": _positions(plan),
            "position_valuations": valuations,
            "lots": _lots(plan, market, trading, cash),
            "external_flows": _external_flows(plan, market, trading, payout),
            "benchmark_assignments": _assignments(plan, market),
        },
    )


def _portfolio(plan: Plan, market: Market) -> pa.Table:
    end = market.days[-1].date()
    known: list[date | None] = [None]
    if plan.closed is not None and plan.closed - CLOSING_NOTICE <= end:
        known.append(plan.closed)
    notices = [closed and np.datetime64(closed - CLOSING_NOTICE) for closed in known]
    return table_of(
        {
            "portfolio_id": repeated(plan.portfolio_id, len(known)),
            "portfolio_name": repeated(plan.name, len(known)),
            "portfolio_currency": repeated(plan.currency, len(known)),
            "calendar_id": repeated(plan.calendar_id, len(known)),
            "open_date": optional_dates([plan.opened] * len(known)),
            "close_date": optional_dates(known),
            "recorded_at": recorded(np.array(notices, dtype="datetime64[D]")),
        }
    )


def _positions(plan: Plan) -> pa.Table:
    """Every position that the portfolio ever has, known from the beginning."""
    ids = [security.instrument_id for security in plan.securities]
    foreign = "USD" if plan.currency != "USD" else "EUR"
    cash = [plan.currency, foreign] if "foreign_cash" in plan.cases else [plan.currency]
    ids += [cash_id(currency) for currency in cash]
    return table_of(
        {
            "portfolio_id": repeated(plan.portfolio_id, len(ids)),
            "position_id": ids,
            "instrument_id": ids,
            "recorded_at": unrecorded(len(ids)),
        }
    )


def _external_flows(plan: Plan, market: Market, trading: Trading, payout: int) -> pa.Table:
    flows = sorted(_flows(plan, market, trading, payout))
    return table_of(
        {
            "portfolio_id": repeated(plan.portfolio_id, len(flows)),
            "flow_id": [flow_id for _, flow_id, *_ in flows],
            "flow_date": pa.array([day for day, *_ in flows], pa.date32()),
            "amount": exact_array([amount for _, _, amount, *_ in flows]),
            "flow_currency": [currency for *_, currency, _, _ in flows],
            "timing": [timing for *_, timing, _ in flows],
            "flow_type": [kind for *_, kind in flows],
            "recorded_at": unrecorded(len(flows)),
        }
    )


Flow = tuple[date, str, int, str, str, str]
"""Date, id, amount in ten-billionths, currency, timing, type."""


def _flows(plan: Plan, market: Market, trading: Trading, payout: int) -> Iterator[Flow]:
    dates = market.days[trading.days]

    def at(row: int, kind: str, amount: int, currency: str, timing: str, flow_type: str) -> Flow:
        day = trading.flow_dates.get(row) if kind == "D" else None
        flow_day = dates[row].date() if day is None else day.astype(date)
        return flow_day, f"{flow_day:%Y%m%d}-{kind}", amount, currency, timing, flow_type

    for row in np.flatnonzero(trading.deposits).tolist():
        amount = int(trading.deposits[row]) * CENT
        yield at(row, "D", amount, plan.currency, "BOD", "subscription")
    for row in np.flatnonzero(trading.withdrawals).tolist():
        amount = int(trading.withdrawals[row]) * CENT
        yield at(row, "W", amount, plan.currency, "EOD", "withdrawal")
    if payout:
        yield at(len(dates) - 1, "C", -payout, plan.currency, "EOD", "withdrawal")
    dirty = prices_of(plan, market, trading.days)
    for row, column in np.argwhere(trading.delivered).tolist():
        units = int(trading.delivered[row, column])
        price = int(dirty[row - 1 if units > 0 else row, column])
        amount = int(cents(np.array([units * price], dtype=np.int64))[0]) * CENT
        timing = "BOD" if units > 0 else "EOD"
        currency = plan.securities[column].currency
        yield at(row, f"K{column}", amount, currency, timing, "transfer_in_kind")


def _lots(plan: Plan, market: Market, trading: Trading, cash: Sequence[LedgerRows]) -> pa.Table:
    """Lots of the securities, and one for each cash position, which changes with the balance."""
    rows = list(lot_rows(plan, market, trading))
    securities = {
        "portfolio_id": repeated(plan.portfolio_id, len(rows)),
        "position_id": pa.array([row.position_id for row in rows], pa.string()),
        "lot_id": pa.array([f"L{row.number:04d}" for row in rows], pa.string()),
        "effective_date": dates_of(market.days, _column(row.effective_row for row in rows)),
        "trade_date": dates_of(market.days, _column(row.trade_row for row in rows)),
        "quantity": decimal_array(_column(row.quantity for row in rows), 0).cast(WIDE),
        "cost": decimal_array(_column(row.cost for row in rows), 2).cast(WIDE),
        "recorded_at": unrecorded(len(rows)),
    }
    parts = [table_of(securities)]
    for account in cash:
        balances = np.asarray(account.market_value.cast(pa.string()))
        changed = np.flatnonzero(np.append(True, balances[1:] != balances[:-1]))
        taken = account.market_value.take(pa.array(changed)).cast(WIDE)
        changed_rows = account.market_rows[changed]
        since = (
            changed_rows
            if account.position_ids[0] == cash_id(plan.currency)
            else np.full_like(changed_rows, changed_rows[0])
        )
        parts.append(
            table_of(
                {
                    "portfolio_id": repeated(plan.portfolio_id, len(changed)),
                    "position_id": repeated(account.position_ids[0], len(changed)),
                    "lot_id": repeated("L0001", len(changed)),
                    "effective_date": dates_of(market.days, changed_rows),
                    "trade_date": dates_of(market.days, since),
                    "quantity": taken,
                    "cost": taken,
                    "recorded_at": unrecorded(len(changed)),
                }
            )
        )
    return pa.concat_tables(parts)


WIDE = pa.decimal128(38, SCALE)


def _column(values: Iterator[int]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.fromiter(values, dtype=np.int64)


def _assignments(plan: Plan, market: Market) -> pa.Table:
    """Assignment id, benchmark, first and last day, version, recording day (None: the first)."""
    end = market.days[-1].date()
    number = int(plan.portfolio_id[-3:])
    first = ("AS-1", plan.benchmark_id, plan.opened, None, 1, None)
    rows: list[tuple[str, str, date, date | None, int, date | None]] = [first]
    equity = f"BM-EQUITY-{plan.currency}"
    if number % SWITCH_EVERY == 0 and plan.opened < SWITCH_DAY <= end:
        # A row is appended, never changed: the first assignment ends by a later recording.
        day_before = SWITCH_DAY - timedelta(days=1)
        rows.append(("AS-1", plan.benchmark_id, plan.opened, day_before, 1, SWITCH_DAY))
        rows.append(("AS-2", equity, SWITCH_DAY, None, 1, None))
    if plan.portfolio_id == TWICE_ASSIGNED:
        rows.append(("AS-2", equity, plan.opened, None, 2, plan.opened + timedelta(days=10)))
    days = [day and np.datetime64(day) for *_, day in rows]
    return table_of(
        {
            "portfolio_id": repeated(plan.portfolio_id, len(rows)),
            "assignment_id": [row[0] for row in rows],
            "benchmark_id": [row[1] for row in rows],
            "effective_from": optional_dates([row[2] for row in rows]),
            "effective_to": optional_dates([row[3] for row in rows]),
            "version": [row[4] for row in rows],
            "recorded_at": recorded(np.array(days, dtype="datetime64[D]")),
        }
    )
