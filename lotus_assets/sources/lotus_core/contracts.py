"""The eight contracts as a client knows them: where to ask, which rows come, where they belong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lotus_assets.engine.performance.frames.part_names import GROUP, INSTRUMENT, PORTFOLIO, POSITION
from lotus_assets.sources.lotus_core import json_form, wire_format
from lotus_assets.sources.lotus_core.canonical import (
    NO_ROWS,
    Fragment,
    RowsAsJson,
    as_array,
    objects_as_json,
    rows_as_json,
)
from lotus_assets.sources.lotus_core.json_form import POINT, TakeApart
from lotus_assets.sources.lotus_core.wire_format import OBSERVATION, RFC_062, RFC_063

REPORT_ROWS = (
    "one a valuation point or observation; `part` says of what: `portfolio` (`id` is null), {parts}"
)
Assemble = Callable[[dict[str, Any], pa.Table], dict[str, Any]]
"""The JSON payload, lineage left out, with fragments as the lists that the table holds."""


class Misplaced(ValueError):
    """Rows that belong to no entry of the payload's lists, or not together."""


@dataclass(frozen=True)
class Contract:
    """One endpoint. `subject` is the payload's field that says whose data it holds; `rows` says
    what a row of its table is; `assemble` and `apart` lead from the Arrow form to JSON and back.
    """

    name: str
    path: str
    subject: str
    version_field: str
    version: str
    schema: pa.Schema
    rows: str
    assemble: Assemble
    apart: TakeApart
    is_paged: bool = False


def _whole(listed: str) -> Assemble:
    def assemble(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
        return {**payload, listed: rows_as_json(table).all()}

    return assemble


def _points(table: pa.Table) -> RowsAsJson:
    return rows_as_json(table.select(POINT))


def _observations(table: pa.Table) -> RowsAsJson:
    columns = {name: as_array(table[name]) for name in OBSERVATION}
    return objects_as_json({"date": as_array(table["perf_date"]), **columns})


def _by_key(rows: RowsAsJson, key: pa.ChunkedArray) -> dict[str, Fragment]:
    """Rows of each key; rows of one key stand together."""
    lists: dict[str, Fragment] = {}
    for value, start, stop in _runs(key):
        if value in lists:
            raise Misplaced(f"the rows of {value!r} do not stand together")
        lists[value] = rows.between(start, stop)
    return lists


def _runs(values: pa.ChunkedArray) -> Sequence[tuple[Any, int, int]]:
    """(value, start, stop) of each stretch of equal values, in order."""
    encoded = pc.run_end_encode(values.combine_chunks(), run_end_type=pa.int32())
    ends = encoded.run_ends.to_pylist()
    return list(zip(encoded.values.to_pylist(), [0, *ends][: len(ends)], ends, strict=True))


def _placed(
    entries: list[dict[str, Any]], listed: str, keys: list[str], lists: dict[str, Fragment]
) -> list[dict[str, Any]]:
    """The payload's list with each entry's rows under `listed`; every row has an entry."""
    unknown = sorted(set(lists) - set(keys))
    if unknown:
        raise Misplaced(f"rows of {unknown[:3]}, which the payload does not list")
    return [
        {**entry, listed: lists.get(key, NO_ROWS)} for entry, key in zip(entries, keys, strict=True)
    ]


def _points_by_part(table: pa.Table, part: str) -> dict[str, Fragment]:
    rows = table.filter(pc.equal(table["part"], part))
    return _by_key(_points(rows), pc.fill_null(rows["id"], ""))


def _report(listed: str, id_field: str, part: str) -> Assemble:
    def assemble(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
        parts = {PORTFOLIO, part, GROUP}
        surplus = set(pc.unique(table["part"]).to_pylist()) - parts
        if surplus:
            raise Misplaced(f"unknown parts {sorted(map(str, surplus))}")
        of_portfolio = _points_by_part(table, PORTFOLIO).get("", NO_ROWS)
        entries = payload[listed]
        ids = [entry[id_field] for entry in entries]
        placed = {
            **payload,
            "portfolio_data": {**payload["portfolio_data"], "valuation_points": of_portfolio},
            listed: _placed(entries, "valuation_points", ids, _points_by_part(table, part)),
        }
        if "benchmark_groups_data" in payload:
            groups = payload["benchmark_groups_data"]
            rows = table.filter(pc.equal(table["part"], GROUP))
            observed = _by_key(_observations(rows), rows["id"])
            numbers = [str(number) for number in range(len(groups))]
            placed["benchmark_groups_data"] = _placed(groups, "observations", numbers, observed)
        return placed

    return assemble


def _positions(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
    key = pc.binary_join_element_wise(table["id"], table["period"], "\x1f")
    lists = _by_key(_points(table), key)
    positions = []
    for position in payload["positions"]:
        periods = position.get("performance")
        if periods is None:
            positions.append(position)
            continue
        keys = [f"{position['position_id']}\x1f{entry['period']}" for entry in periods]
        of_position = {name: lists.pop(name) for name in keys if name in lists}
        placed = _placed(periods, "valuation_points", keys, of_position)
        positions.append({**position, "performance": placed})
    if lists:
        raise Misplaced(f"rows of {sorted(lists)[:3]}, which the payload does not list")
    return {**payload, "positions": positions}


def _as_it_is(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
    if len(table):
        raise Misplaced("rows in a payload that has none")
    return payload


PERFORMANCE_INPUT = Contract(
    "performance-input",
    "/integration/portfolios/{subject}/performance-input",
    "portfolio_id",
    "pas_contract_version",
    RFC_063,
    wire_format.PERFORMANCE_INPUT,
    "one a valuation point",
    _whole("valuation_points"),
    json_form.whole("valuation_points"),
)
MWR_INPUT = Contract(
    "mwr-input",
    "/integration/portfolios/{subject}/mwr-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    wire_format.MWR_INPUT,
    "one a cash flow",
    _whole("cash_flows"),
    json_form.whole("cash_flows"),
)
ATTRIBUTION_INPUT = Contract(
    "attribution-input",
    "/integration/portfolios/{subject}/attribution-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    wire_format.ATTRIBUTION_INPUT,
    REPORT_ROWS.format(
        parts="`instrument` (`id`), or `benchmark_group` (`id` counts in `benchmark_groups_data` "
        "from 0; its date is in `perf_date`)"
    ),
    _report("instruments_data", "instrument_id", INSTRUMENT),
    json_form.report("instruments_data", "instrument_id", INSTRUMENT),
    is_paged=True,
)
CONTRIBUTION_INPUT = Contract(
    "contribution-input",
    "/integration/portfolios/{subject}/contribution-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    wire_format.CONTRIBUTION_INPUT,
    REPORT_ROWS.format(parts="or `position` (`id`)"),
    _report("positions_data", "position_id", POSITION),
    json_form.report("positions_data", "position_id", POSITION),
    is_paged=True,
)
POSITIONS_INPUT = Contract(
    "positions-analytics-input",
    "/integration/portfolios/{subject}/positions-analytics-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    wire_format.POSITIONS_INPUT,
    "one a valuation point of a position (`id`) and of a `period` of its `performance`",
    _positions,
    json_form.positions,
    is_paged=True,
)
BENCHMARK_ASSIGNMENT = Contract(
    "benchmark-assignment",
    "/integration/portfolios/{subject}/benchmark-assignment",
    "portfolio_id",
    "contract_version",
    RFC_062,
    wire_format.ASSIGNMENT,
    "none: all of it is in the payload",
    _as_it_is,
    json_form.no_rows,
)
BENCHMARK_RETURNS = Contract(
    "benchmark-return-series",
    "/integration/benchmarks/{subject}/return-series",
    "benchmark_id",
    "contract_version",
    RFC_062,
    wire_format.BENCHMARK_RETURNS,
    "one a point of the series",
    _whole("points"),
    json_form.whole("points"),
)
RISK_FREE = Contract(
    "risk-free-series",
    "/integration/reference/risk-free-series",
    "currency",
    "contract_version",
    RFC_062,
    wire_format.RISK_FREE,
    "one a point of the series",
    _whole("points"),
    json_form.whole("points"),
)
CONTRACTS = (
    PERFORMANCE_INPUT,
    MWR_INPUT,
    ATTRIBUTION_INPUT,
    CONTRIBUTION_INPUT,
    POSITIONS_INPUT,
    BENCHMARK_ASSIGNMENT,
    BENCHMARK_RETURNS,
    RISK_FREE,
)
