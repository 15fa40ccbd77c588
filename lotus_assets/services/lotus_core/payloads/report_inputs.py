"""`attribution-input` and `contribution-input`: a portfolio, its parts, its benchmark's groups."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rfc8785
from sqlalchemy import Connection

from lotus_assets.engine.performance.frames.part_names import GROUP, INSTRUMENT, PORTFOLIO, POSITION
from lotus_assets.services.lotus_core.contracts.report import (
    AttributionInputRequest,
    ContributionInputRequest,
    ReportRequest,
)
from lotus_assets.services.lotus_core.payloads.answer import PreparedAnswer
from lotus_assets.services.lotus_core.payloads.benchmarks import benchmark_days, grouped
from lotus_assets.services.lotus_core.payloads.canonical import canonical_list, canonical_object
from lotus_assets.services.lotus_core.payloads.context import (
    NEWEST,
    PortfolioContext,
    portfolio_context,
)
from lotus_assets.services.lotus_core.payloads.decimals import from_floats
from lotus_assets.services.lotus_core.payloads.diagnostics import (
    diagnostics,
    missing_business_days,
)
from lotus_assets.services.lotus_core.payloads.holdings import (
    check_dimensions,
    dimensions_of,
    held_positions,
    supported_dimensions,
)
from lotus_assets.services.lotus_core.payloads.paging import RequestedPage, page_of
from lotus_assets.services.lotus_core.payloads.portfolio_days import ValuedDays, valued_days
from lotus_assets.services.lotus_core.payloads.position_days import (
    PositionDays,
    item_points,
    position_days,
    summed_by,
)
from lotus_assets.services.lotus_core.payloads.reference_inputs import assignment_on
from lotus_assets.services.problems import insufficient
from lotus_assets.sources.lotus_core.canonical import Fragment, as_array, rows_as_json
from lotus_assets.sources.lotus_core.wire_format import (
    ATTRIBUTION_INPUT,
    CONTRIBUTION_INPUT,
    RFC_063,
)


@dataclass(frozen=True)
class Report:
    """What both endpoints begin with."""

    context: PortfolioContext
    as_of: dt.date
    start: dt.date
    end: dt.date
    currency: str
    days: ValuedDays
    held: pa.Table


def contribution_input(
    connection: Connection,
    portfolio_id: str,
    request: ContributionInputRequest,
    page: RequestedPage,
) -> PreparedAnswer:
    """The portfolio's days and a page of its positions'.

    Raises:
        ServiceProblem: with the error code that says why.
    """
    report = _report(connection, portfolio_id, request, page.version)
    supported = supported_dimensions(connection, report.context.reference)
    check_dimensions(request.hierarchy, supported)
    names = report.held["position_id"].to_pylist()
    first, last = page_of(names, page, report.start, report.end)
    held = report.held.slice(first, last - first).combine_chunks()
    positions = _position_days(connection, report, held)
    dimensions = _dimensions(connection, report, held, request.hierarchy or supported)
    instruments = held["instrument_id"].to_pylist()
    metas = [{"instrument_id": name, **dimensions[name]} for name in instruments]
    header = {
        **_header(connection, report, positions, names[first:last]),
        "supported_hierarchy_dimensions": supported,
    }
    items = _items("position_id", names[first:last], metas, None)
    lists = _items("position_id", names[first:last], metas, positions)
    rows = _parts(
        [(PORTFOLIO, report.days.points, None), _part(POSITION, names[first:last], positions)]
    )
    return PreparedAnswer(
        contract=f"contribution-input/{RFC_063}",
        data_version=report.context.data_version,
        fields={**header, "portfolio_data": _portfolio_data(report), "positions_data": lists},
        rows=rows.cast(CONTRIBUTION_INPUT),
        header={**header, "portfolio_data": {"metric_basis": "NET"}, "positions_data": items},
        next_page_token=page.next_token(names, last, report.context.snapshot.version),
    )


def attribution_input(
    connection: Connection, portfolio_id: str, request: AttributionInputRequest, page: RequestedPage
) -> PreparedAnswer:
    """The portfolio's days, a page of its instruments', and its benchmark's groups.

    Raises:
        ServiceProblem: with the error code that says why.
    """
    report = _report(connection, portfolio_id, request, page.version)
    check_dimensions(
        request.group_by_dimensions, supported_dimensions(connection, report.context.reference)
    )
    held = report.held.sort_by([("instrument_id", "ascending"), ("position_id", "ascending")])
    every = pc.unique(held["instrument_id"]).to_pylist()
    first, last = page_of(every, page, report.start, report.end)
    names = every[first:last]
    held = held.filter(pc.is_in(held["instrument_id"], pa.array(names, pa.string())))
    held = held.combine_chunks()
    instrument_of_position = pc.index_in(
        as_array(held["instrument_id"]), pa.array(names, pa.string())
    )
    instruments = summed_by(
        _position_days(connection, report, held),
        instrument_of_position.to_numpy(zero_copy_only=False).astype(np.int64),
        len(names),
    )
    dimensions = _dimensions(connection, report, held, request.group_by_dimensions)
    metas = [dimensions[name] for name in names]
    benchmark_id, groups, group_rows, keys = _groups(
        connection, report, request.group_by_dimensions
    )
    header = {
        **_header(connection, report, instruments, names),
        "group_by_dimensions": request.group_by_dimensions,
        "benchmark_id": benchmark_id,
    }
    rows = pa.concat_tables(
        [
            _parts([(PORTFOLIO, report.days.points, None), _part(INSTRUMENT, names, instruments)]),
            group_rows,
        ],
        promote_options="default",
    )
    return PreparedAnswer(
        contract=f"attribution-input/{RFC_063}",
        data_version=report.context.data_version,
        fields={
            **header,
            "portfolio_data": _portfolio_data(report),
            "instruments_data": _items("instrument_id", names, metas, instruments),
            "benchmark_groups_data": groups,
        },
        rows=rows.select(ATTRIBUTION_INPUT.names).cast(ATTRIBUTION_INPUT),
        header={
            **header,
            "portfolio_data": {"metric_basis": "NET"},
            "instruments_data": _items("instrument_id", names, metas, None),
            "benchmark_groups_data": [{"key": key} for key in keys],
        },
        next_page_token=page.next_token(every, last, report.context.snapshot.version),
    )


def _report(
    connection: Connection, portfolio_id: str, request: ReportRequest, version: int | None
) -> Report:
    as_of = request.as_of_date or request.report_end_date
    context = portfolio_context(
        connection, portfolio_id, as_of, NEWEST if version is None else version
    )
    start, end = context.clamp(request.report_start_date, request.report_end_date, as_of)
    currency = context.reporting_currency(connection, request.reporting_currency, end)
    days = valued_days(connection, context, start, end, currency)
    held = held_positions(connection, context, start, end)
    return Report(context, as_of, start, end, currency, days, held)


def _position_days(connection: Connection, report: Report, held: pa.Table) -> PositionDays:
    return position_days(
        connection, report.context, held, report.start, report.end, report.currency
    )


def _dimensions(
    connection: Connection, report: Report, held: pa.Table, requested: list[str]
) -> dict[str, dict[str, str]]:
    snapshot = report.context.reference.snapshot
    return dimensions_of(connection, snapshot, held, requested)


def _header(
    connection: Connection, report: Report, parts: PositionDays, names: list[str]
) -> dict[str, Any]:
    breaks = parts.breaks
    of_parts = pa.table(
        {
            "id": pa.array(names, pa.string()).take(as_array(breaks["item"])),
            "date": breaks["date"],
            "amount": breaks["amount"],
        }
    )
    missing = missing_business_days(
        connection, report.context, report.days.dates, report.start, report.end
    )
    return {
        "portfolio_id": report.context.portfolio_id,
        "as_of_date": report.as_of.isoformat(),
        "report_start_date": report.start.isoformat(),
        "report_end_date": report.end.isoformat(),
        "currency_context": {
            "portfolio_currency": report.context.currency,
            "reporting_currency": report.currency,
        },
        "contract_version": RFC_063,
        "diagnostics": diagnostics(missing, report.days.breaks, of_parts),
    }


def _portfolio_data(report: Report) -> Fragment:
    points = rows_as_json(report.days.points).all()
    return Fragment(canonical_object({"metric_basis": "NET", "valuation_points": points}))


def _items(
    id_name: str, names: list[str], metas: list[dict[str, str]], days: PositionDays | None
) -> Fragment:
    """The list of instruments or positions, without points for the Arrow form."""
    points = item_points(days) if days is not None else None
    objects = []
    for name, meta in zip(names, metas, strict=True):
        fields: dict[str, Any] = {id_name: name, "meta": meta}
        if points is not None:
            fields["valuation_points"] = next(points)
        objects.append(canonical_object(fields))
    return canonical_list(objects)


Part = tuple[str, pa.Table, pa.Array | None]


def _part(part: str, names: list[str], days: PositionDays) -> Part:
    items = np.repeat(np.arange(len(names)), np.diff(days.bounds))
    return part, days.points, pa.array(names, pa.string()).take(pa.array(items))


def _parts(parts: list[Part]) -> pa.Table:
    """The flat table of the Arrow form."""
    tables = []
    for part, points, ids in parts:
        count = points.num_rows
        columns = {
            "part": pa.repeat(pa.scalar(part), count),
            "id": pa.nulls(count, pa.string()) if ids is None else ids,
            **{name: points[name] for name in points.column_names},
        }
        tables.append(pa.table(columns))
    return pa.concat_tables(tables)


def _groups(
    connection: Connection, report: Report, dimensions: list[str]
) -> tuple[str, Fragment, pa.Table, list[dict[str, str]]]:
    """The benchmark's groups: its id, the list, the rows of the Arrow form, the keys."""
    context = report.context
    assignment = assignment_on(connection, context, report.end)
    if assignment is None:
        raise insufficient(f"{context.portfolio_id} has no benchmark assigned on {report.end}")
    benchmark_id: str = assignment["benchmark_id"]
    days = benchmark_days(
        connection, context.reference, benchmark_id, report.start, report.end, report.currency
    )
    values = dimensions_of(connection, context.reference.snapshot, days.constituents, dimensions)
    members = [
        rfc8785.dumps([values[name][dimension] for dimension in dimensions]).decode()
        for name in days.constituents["instrument_id"].to_pylist()
    ]
    names, weight, base, local, fx = grouped(days, members)
    sample = {
        key: values[name]
        for key, name in zip(members, days.constituents["instrument_id"].to_pylist(), strict=True)
    }
    keys = [sample[name] for name in names]
    count = len(days.dates)
    rows = pa.table(
        {
            "id": pa.array(np.repeat(np.arange(len(names)), count)).cast(pa.string()),
            "perf_date": pa.array(np.tile(days.dates, len(names))),
            "weight_bop": from_floats(weight.T.ravel()),
            "return_base": from_floats(base.T.ravel()),
            "return_local": from_floats(local.T.ravel()),
            "return_fx": from_floats(fx.T.ravel()),
        }
    )
    texts = rows_as_json(rows.drop_columns("id").rename_columns({"perf_date": "date"}))
    objects = [
        canonical_object(
            {"key": key, "observations": texts.between(group * count, (group + 1) * count)}
        )
        for group, key in enumerate(keys)
    ]
    part = pa.repeat(pa.scalar(GROUP), len(rows))
    return benchmark_id, canonical_list(objects), rows.append_column("part", part), keys
