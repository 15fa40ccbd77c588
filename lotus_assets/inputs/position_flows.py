"""Flows into positions sum to their portfolio's external flows, day by day."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.engine.performance.frames.part_names import PORTFOLIO
from lotus_assets.inputs.payload_chunk import Chunk, narrow
from lotus_assets.inputs.report_rows import DAYS_APART
from lotus_assets.inputs.rules import EPOCH, Violation, epoch_days

TOLERANCE = pa.scalar(Decimal("0.01"), pa.decimal128(38, 10))
"""Of the portfolio's currency: what the conversions of a day may leave."""
NOTHING = pa.scalar(Decimal(0), pa.decimal128(37, 10))


def unbalanced_flows(chunk: Chunk) -> Iterator[Violation]:
    """`flows`: what flows into the positions of a day is what crosses the portfolio's border.

    Only payloads in their portfolio's currency are looked at: how much the tolerance is in another
    one no payload says.
    """
    days = _unbalanced_days(chunk)
    _, first = np.unique(days["key"].to_numpy() // DAYS_APART, return_index=True)
    for row in days.take(pa.array(first)).to_pylist():
        yield _violation(**row)


def _violation(key: int, positions: Decimal, external: Decimal) -> Violation:
    payload_number, day = divmod(key, DAYS_APART)
    into, across, difference = (
        format(amount.normalize(), "f") for amount in (positions, external, positions - external)
    )
    detail = (
        f"the flows into the positions on {EPOCH + timedelta(days=day)} sum to {into}, the "
        f"external flows to {across}: they differ by {difference}"
    )
    return Violation(payload_number, "flows", detail)


def _unbalanced_days(chunk: Chunk) -> pa.Table:
    """Payload and day (key), and both sums, where they differ by more than the tolerance."""
    flows = pc.add(narrow(chunk.rows["bod_cf"]), narrow(chunk.rows["eod_cf"]))
    is_own = pc.equal(chunk.rows["part"], PORTFOLIO)
    is_moved = pc.fill_null(pc.not_equal(pc.sign(flows), 0), False).to_numpy()
    rows = pa.table(
        {
            "key": chunk.payload_numbers * DAYS_APART + epoch_days(chunk.rows["perf_date"]),
            "positions": pc.if_else(is_own, NOTHING, flows),
            "external": pc.if_else(is_own, flows, NOTHING),
        }
    ).filter(pa.array(is_moved & _in_own_currency(chunk)))
    sums: Any = rows.group_by("key", use_threads=False).aggregate(
        [("positions", "sum"), ("external", "sum")]
    )
    sums = sums.rename_columns(["key", "positions", "external"]).sort_by("key")
    difference = pc.abs(pc.subtract(narrow(sums["positions"]), narrow(sums["external"])))
    return sums.filter(pc.greater(difference, TOLERANCE))


def _in_own_currency(chunk: Chunk) -> NDArray[np.bool_]:
    """Of each row, whether its payload is in the portfolio's currency."""
    contexts = [answer.payload.header["currency_context"] for answer in chunk.received]
    is_own = [one["reporting_currency"] == one["portfolio_currency"] for one in contexts]
    of_rows: NDArray[np.bool_] = np.array(is_own, bool)[chunk.payload_numbers]
    return of_rows
