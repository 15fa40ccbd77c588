"""From table to gated Dagster asset: specs, gate checks, and what both report.

The gate stands in the write path (`collecting`, `computing`): a blocking check alone would only
stop its own run, not the next. The check
reports what the gate did.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine, func, select

from lotus_assets.filling.reports import REASON_ROWS, GateReport, TableReport
from lotus_assets.graph.code_references import contract_reference
from lotus_assets.graph.layers import KINDS
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.warehouse.schema import database_table, database_type
from lotus_assets.tables.table import Table

GATE = "gate"

Lineage = Mapping[str, Sequence[tuple[str, str]]]
"""Columns, each with the columns that it follows from, as (table, column): `column_lineage`."""

FILLED_TABLES: dict[str, Table] = {}
"""Every table that an asset fills, by name: noted as the assets are declared."""


def column_schema(table: Table) -> dg.TableSchema:
    """The table's pandera model as Dagster shows it: names, database types, descriptions."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(database_type(column)).lower(),
                description=column.description,
                constraints=dg.TableColumnConstraints(
                    nullable=bool(column.nullable), unique=table.key == (name,)
                ),
            )
            for name, column in table.schema.columns.items()
        ]
    )


def table_spec(
    table: Table,
    group: str,
    deps: Iterable[str],
    partitions: dg.PartitionsDefinition[str] | None = None,
    definitions: str | None = None,
    lineage: Lineage | None = None,
) -> dg.AssetSpec:
    """The asset of `table`: key = table name, group = layer.

    `definitions`, as Markdown, say what its figures mean; `lineage` from which columns of other
    tables its own follow. Its owners and tags come with its domain (`of_domain`).
    """
    FILLED_TABLES[table.name] = table
    return dg.AssetSpec(
        table.name,
        deps=[dg.AssetKey(name) for name in deps],
        group_name=group,
        description=table.description or table.model.__doc__,
        kinds=KINDS,
        partitions_def=partitions,
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/relation_identifier": f"public.{table.name}",
            **contract_reference(table),
            **({"definitions": dg.MetadataValue.md(definitions)} if definitions else {}),
            **({"dagster/column_lineage": column_lineage(lineage)} if lineage else {}),
        },
    )


def column_lineage(lineage: Lineage) -> dg.TableColumnLineage:
    """As Dagster shows it."""
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(table, source) for table, source in dict.fromkeys(sources)]
            for column, sources in lineage.items()
        }
    )


def gate_spec(table: Table, report: type[GateReport] = TableReport) -> dg.AssetCheckSpec:
    """The blocking check that reports what the gate of `table` did."""
    return dg.AssetCheckSpec(
        GATE,
        asset=table.name,
        blocking=True,
        description=(
            f"{report.unit.capitalize()} of {table.name} keep their contract; those that do not "
            f"are in quarantine, within {' or '.join(report.limit_variables)}."
        ),
    )


def report_rows(
    engine: Engine,
    reports: Sequence[TableReport],
    limit: QuarantineLimit,
    figures: Mapping[str, float] = MappingProxyType({}),
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Check result and materialisation of each table that was committed.

    `figures` are told with each of them: Dagster plots numbers over materialisations.
    """
    for report in reports:
        yield dg.MaterializeResult(
            asset_key=report.table.name, metadata={**row_metadata(engine, report), **figures}
        )
        # Second: Dagster files a check under the latest materialisation that it knows.
        yield gate_result(report, limit)


def gate_result(report: GateReport, limit: QuarantineLimit) -> dg.AssetCheckResult:
    """What the gate did, with the first failing ones in the metadata."""
    bad, passed = report.quarantined, not report.passes(limit)
    return dg.AssetCheckResult(
        asset_key=report.table.name,
        check_name=GATE,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN if passed else dg.AssetCheckSeverity.ERROR,
        description=(
            f"{len(bad)} of {report.judged} {report.unit} in quarantine "
            f"(limit {limit.share:.1%}, or {limit.floor})"
        ),
        metadata={
            report.unit: report.judged,
            "quarantined": len(bad),
            "bad_share": report.bad_share,
            "limit": limit.share,
            "floor": limit.floor,
            "reasons": dg.MetadataValue.json(
                {str(reason): int(count) for reason, count in bad["reason"].value_counts().items()}
            ),
            f"failing_{report.unit}": frame_metadata(bad[["reason", "payload"]].head(REASON_ROWS)),
        },
    )


def total_rows(engine: Engine, table: Table) -> dg.MetadataValue:
    """How many rows the table holds now."""
    with engine.connect() as connection:
        target = database_table(table)
        rows = connection.scalar(select(func.count()).select_from(target)) or 0
    return dg.MetadataValue.int(rows)


def row_metadata(engine: Engine, report: TableReport) -> dict[str, dg.MetadataValue]:
    """Counts of a commit, the table's rows, and the first of those that were written."""
    written = report.written
    return {
        "dagster/row_count": total_rows(engine, report.table),
        "rows_read": dg.MetadataValue.int(report.rows),
        "rows_new": dg.MetadataValue.int(written.new),
        "rows_changed": dg.MetadataValue.int(written.changed),
        "rows_vanished": dg.MetadataValue.int(written.vanished),
        "rows_quarantined": dg.MetadataValue.int(len(report.quarantined)),
        "seconds": dg.MetadataValue.float(round(report.seconds, 3)),
        "sample": table_metadata(report.sample),
    }


def frame_metadata(frame: pd.DataFrame) -> dg.MetadataValue:
    """Rows as JSON that the UI unfolds."""
    text = json.loads(frame.to_json(orient="records", date_format="iso"))
    return dg.MetadataValue.json(text)


def table_metadata(frame: pd.DataFrame) -> dg.MetadataValue:
    """Rows as a table in the UI; what is no number, truth or text is shown as JSON."""
    if frame.empty:
        return dg.MetadataValue.text("no rows")
    rows = json.loads(frame.to_json(orient="records", date_format="iso"))
    schema = dg.TableSchema([dg.TableColumn(str(name)) for name in frame.columns])
    records = [dg.TableRecord({name: _cell(value) for name, value in row.items()}) for row in rows]
    return dg.MetadataValue.table(records, schema)


def _cell(value: Any) -> str | int | float | bool | None:
    plain = value is None or isinstance(value, str | int | float | bool)
    return value if plain else json.dumps(value, ensure_ascii=False)
