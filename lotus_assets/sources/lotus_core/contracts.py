"""The eight contracts as a client knows them: where to ask, which columns come, where they belong.

RFC 063 §5 and §4.6, analytics.md §1. In an Arrow stream a payload is one flat table; the schema's
metadata hold the rest of it as JSON (`payload`) and the hash of the whole (`content_hash`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lotus_assets.sources.lotus_core.canonical import (
    Rows,
    object_texts,
    observation_texts,
    point_texts,
    runs,
)

DECIMAL = pa.decimal128(38, 10)
RFC_063, RFC_062 = "rfc_063_v1", "rfc_062_v1"

POINT = {
    "day": pa.int32(),
    "perf_date": pa.date32(),
    "begin_mv": DECIMAL,
    "bod_cf": DECIMAL,
    "eod_cf": DECIMAL,
    "mgmt_fees": DECIMAL,
    "end_mv": DECIMAL,
}
PARTS = {"part": pa.string(), "id": pa.string(), **POINT}
OBSERVATION = {
    "weight_bop": DECIMAL,
    "return_base": DECIMAL,
    "return_local": DECIMAL,
    "return_fx": DECIMAL,
}
PORTFOLIO, INSTRUMENT, POSITION, GROUP = "portfolio", "instrument", "position", "benchmark_group"
"""What a row of a report is about, its `part`."""

Assemble = Callable[[dict[str, Any], pa.Table], dict[str, Any]]
"""The JSON payload, lineage left out, with `Rows` in place of the lists that the table holds."""


class Misplaced(ValueError):
    """Rows that belong to no entry of the payload's lists, or not together."""


@dataclass(frozen=True)
class Contract:
    """One endpoint. `subject` is the payload's field that says whose data it holds."""

    name: str
    path: str
    subject: str
    version_field: str
    version: str
    columns: Mapping[str, pa.DataType]
    assemble: Assemble
    is_paged: bool = False

    @property
    def schema(self) -> pa.Schema:
        """The table's columns in order."""
        return pa.schema(list(self.columns.items()))


def _whole(field: str, texts: Callable[[pa.Table], pa.StringArray]) -> Assemble:
    def assemble(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
        return {**payload, field: Rows(texts(table), 0, len(table))}

    return assemble


def _all_columns(table: pa.Table) -> pa.StringArray:
    return object_texts({name: table[name] for name in table.column_names})


def _by_key(table: pa.Table, texts: pa.StringArray, key: pa.ChunkedArray) -> dict[str, Rows]:
    """Rows of each key; rows of one key stand together."""
    found: dict[str, Rows] = {}
    for value, start, stop in runs(key):
        if value in found:
            raise Misplaced(f"the rows of {value!r} do not stand together")
        found[value] = Rows(texts, start, stop)
    if len(texts) != len(table):
        raise Misplaced("columns of different lengths")
    return found


def _placed(
    entries: list[dict[str, Any]], field: str, keys: list[str], rows: dict[str, Rows]
) -> list[dict[str, Any]]:
    """The payload's list with each entry's rows under `field`; every row has an entry."""
    unknown = sorted(set(rows) - set(keys))
    if unknown:
        raise Misplaced(f"rows of {unknown[:3]}, which the payload does not list")
    empty = Rows(pa.array([], pa.string()), 0, 0)
    return [
        {**entry, field: rows.get(key, empty)} for entry, key in zip(entries, keys, strict=True)
    ]


def _points_by_part(table: pa.Table, part: str) -> dict[str, Rows]:
    own = table.filter(pc.equal(table["part"], part))
    return _by_key(own, point_texts(own), pc.fill_null(own["id"], ""))


def _report(listed: str, id_field: str, part: str) -> Assemble:
    def assemble(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
        parts = {PORTFOLIO, part, GROUP}
        surplus = set(pc.unique(table["part"]).to_pylist()) - parts
        if surplus:
            raise Misplaced(f"unknown parts {sorted(map(str, surplus))}")
        own = _points_by_part(table, PORTFOLIO).get("", Rows(pa.array([], pa.string()), 0, 0))
        entries = payload[listed]
        ids = [entry[id_field] for entry in entries]
        placed = {
            **payload,
            "portfolio_data": {**payload["portfolio_data"], "valuation_points": own},
            listed: _placed(entries, "valuation_points", ids, _points_by_part(table, part)),
        }
        if "benchmark_groups_data" in payload:
            groups = payload["benchmark_groups_data"]
            rows = table.filter(pc.equal(table["part"], GROUP))
            observed = _by_key(rows, observation_texts(rows), rows["id"])
            numbers = [str(number) for number in range(len(groups))]
            placed["benchmark_groups_data"] = _placed(groups, "observations", numbers, observed)
        return placed

    return assemble


def _positions(payload: dict[str, Any], table: pa.Table) -> dict[str, Any]:
    key = pc.binary_join_element_wise(table["id"], table["period"], "\x1f")
    rows = _by_key(table, point_texts(table), key)
    positions = []
    for position in payload["positions"]:
        periods = position.get("performance")
        if periods is None:
            positions.append(position)
            continue
        keys = [f"{position['position_id']}\x1f{entry['period']}" for entry in periods]
        own = {name: rows.pop(name) for name in keys if name in rows}
        placed = _placed(periods, "valuation_points", keys, own)
        positions.append({**position, "performance": placed})
    if rows:
        raise Misplaced(f"rows of {sorted(rows)[:3]}, which the payload does not list")
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
    POINT,
    _whole("valuation_points", point_texts),
)
MWR_INPUT = Contract(
    "mwr-input",
    "/integration/portfolios/{subject}/mwr-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    {"date": pa.date32(), "amount": DECIMAL, "type": pa.string()},
    _whole("cash_flows", _all_columns),
)
ATTRIBUTION_INPUT = Contract(
    "attribution-input",
    "/integration/portfolios/{subject}/attribution-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    {**PARTS, **OBSERVATION},
    _report("instruments_data", "instrument_id", INSTRUMENT),
    is_paged=True,
)
CONTRIBUTION_INPUT = Contract(
    "contribution-input",
    "/integration/portfolios/{subject}/contribution-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    PARTS,
    _report("positions_data", "position_id", POSITION),
    is_paged=True,
)
POSITIONS_INPUT = Contract(
    "positions-analytics-input",
    "/integration/portfolios/{subject}/positions-analytics-input",
    "portfolio_id",
    "contract_version",
    RFC_063,
    {"id": pa.string(), "period": pa.string(), **POINT},
    _positions,
    is_paged=True,
)
BENCHMARK_ASSIGNMENT = Contract(
    "benchmark-assignment",
    "/integration/portfolios/{subject}/benchmark-assignment",
    "portfolio_id",
    "contract_version",
    RFC_062,
    {},
    _as_it_is,
)
BENCHMARK_RETURNS = Contract(
    "benchmark-return-series",
    "/integration/benchmarks/{subject}/return-series",
    "benchmark_id",
    "contract_version",
    RFC_062,
    {"series_date": pa.date32(), "benchmark_return": DECIMAL},
    _whole("points", _all_columns),
)
RISK_FREE = Contract(
    "risk-free-series",
    "/integration/reference/risk-free-series",
    "currency",
    "contract_version",
    RFC_062,
    {
        "series_date": pa.date32(),
        "value": DECIMAL,
        "day_count": pa.string(),
        "compounding": pa.string(),
    },
    _whole("points", _all_columns),
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
