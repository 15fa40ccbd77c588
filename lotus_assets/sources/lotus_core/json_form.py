"""A payload's JSON form taken apart into what the Arrow form has: a header and one flat table.

What is read here is checked as the Arrow form is: by the contract's columns, and by the hash of the
JSON that is put together from the two again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from lotus_assets.engine.performance.frames.part_names import GROUP, PORTFOLIO
from lotus_assets.sources.lotus_core.wire_format import OBSERVATION, POINT_FIELDS

JsonObject = Mapping[str, Any]
Run = tuple[dict[str, Any], Sequence[JsonObject]]
"""A list of rows, and what the table says of each of them beside."""
Parts = tuple[dict[str, Any], list[Run]]
TakeApart = Callable[[JsonObject], Parts]
"""The payload without its lists of rows, and those lists in the table's order."""

PLAIN_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
AMOUNTS = frozenset(
    {
        *("begin_mv", "end_mv", "total_market_value", "quantity", "weight", "price", "amount"),
        *("position", "portfolio", "reporting"),
    }
)
"""Members beside the rows that are decimals."""
POINT = [field.name for field in POINT_FIELDS]


class UnreadableRows(ValueError):
    """Rows that are not the contract's; the message says which column, and no text of theirs."""


def read_json(content: bytes) -> dict[str, Any]:
    """The JSON object in an answer, decimals beside the rows written canonically.

    Raises:
        ValueError: it is no JSON object.
    """
    payload = json.loads(content, parse_constant=_no_number)
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    return {name: _normalised(name, value) for name, value in payload.items()}


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _normalised(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _normalised(inner, one) for inner, one in value.items()}
    if isinstance(value, list) and name not in ROW_LISTS:
        return [_normalised(name, one) for one in value]
    if name in AMOUNTS and isinstance(value, str) and _is_plain(value):
        return format(Decimal(value).normalize() + 0, "f")
    return value


def _is_plain(text: str) -> bool:
    return text.isascii() and text.lstrip("-").replace(".", "", 1).isdigit()


def whole(listed: str) -> TakeApart:
    """All rows are in one list of the payload."""

    def apart(payload: JsonObject) -> Parts:
        return _without(payload, listed), [({}, payload[listed])]

    return apart


def report(listed: str, id_field: str, part: str) -> TakeApart:
    """The portfolio's points, those of its parts, and the observations of benchmark groups."""

    def apart(payload: JsonObject) -> Parts:
        own = payload["portfolio_data"]
        runs: list[Run] = [({"part": PORTFOLIO, "id": None}, own["valuation_points"])]
        runs += [
            ({"part": part, "id": entry[id_field]}, entry["valuation_points"])
            for entry in payload[listed]
        ]
        header = {
            **payload,
            "portfolio_data": _without(own, "valuation_points"),
            listed: [_without(entry, "valuation_points") for entry in payload[listed]],
        }
        if "benchmark_groups_data" in payload:
            groups = payload["benchmark_groups_data"]
            header["benchmark_groups_data"] = [_without(group, "observations") for group in groups]
            runs += [
                ({"part": GROUP, "id": str(number)}, _dated(group["observations"]))
                for number, group in enumerate(groups)
            ]
        return header, runs

    return apart


def positions(payload: JsonObject) -> Parts:
    """The points of every position's periods, where they were asked for."""
    runs: list[Run] = []
    rest = []
    for position in payload["positions"]:
        periods = position.get("performance")
        if periods is None:
            rest.append(position)
            continue
        name = position["position_id"]
        runs += [
            ({"id": name, "period": period["period"]}, period["valuation_points"])
            for period in periods
        ]
        bare = [_without(period, "valuation_points") for period in periods]
        rest.append({**position, "performance": bare})
    return {**payload, "positions": rest}, runs


def no_rows(payload: JsonObject) -> Parts:
    """All of it is the header."""
    return dict(payload), []


def table_of(runs: Sequence[Run], schema: pa.Schema) -> pa.Table:
    """The rows as the contract's table.

    Raises:
        UnreadableRows: a row has other members than the contract's, or one of another type.
    """
    columns = {field.name: _column(field, runs) for field in schema}
    _check_members(runs, schema)
    return pa.table(columns, schema=schema)


def _column(field: pa.Field, runs: Sequence[Run]) -> pa.Array:
    values = list(_values(field.name, runs))
    try:
        if pa.types.is_decimal(field.type):
            return _decimals(pa.array(values, pa.string()), field)
        if pa.types.is_date(field.type):
            return pa.array(values, pa.string()).cast(field.type)
        if pa.types.is_integer(field.type):
            # By way of floats: told to make integers at once, Arrow cuts 2.5 to 2.
            return pa.array(values, pa.float64()).cast(field.type)
        return pa.array(values, field.type)
    except (pa.ArrowException, TypeError, OverflowError) as unreadable:
        raise UnreadableRows(f"{field.name} is not {field.type} in every row") from unreadable


def _decimals(texts: pa.Array, field: pa.Field) -> pa.Array:
    if not pc.all(pc.match_substring_regex(texts, PLAIN_DECIMAL), min_count=0).as_py():
        raise UnreadableRows(f"{field.name} is not a decimal string in every row")
    return texts.cast(field.type)


def _values(name: str, runs: Sequence[Run]) -> Iterator[Any]:
    for beside, rows in runs:
        if name in beside:
            yield from [beside[name]] * len(rows)
        else:
            yield from [row.get(name) for row in rows]


def _check_members(runs: Sequence[Run], schema: pa.Schema) -> None:
    """Every row has the members of its kind, and no other."""
    for beside, rows in runs:
        members = _members(beside, schema)
        for row in rows:
            if row.keys() != members:
                missing = sorted(members - row.keys())
                surplus = len(row.keys() - members)
                raise UnreadableRows(f"a row lacks {missing} and has {surplus} more members")


def _members(beside: Mapping[str, Any], schema: pa.Schema) -> set[str]:
    if beside.get("part") == GROUP:
        return {"perf_date", *OBSERVATION}
    if "id" in beside:
        return set(POINT)
    return set(schema.names)


def _dated(observations: Sequence[JsonObject]) -> list[JsonObject]:
    """Observations with their date where the table has it."""
    return [{**_without(one, "date"), "perf_date": one["date"]} for one in observations]


def _without(members: JsonObject, name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


ROW_LISTS = frozenset({"valuation_points", "observations", "cash_flows", "points"})
"""Lists whose rows the table holds."""
