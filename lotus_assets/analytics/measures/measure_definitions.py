"""The definitions as Markdown: for docs/ANALYTICS.md, Dagster and whoever asks."""

from collections.abc import Iterable, Mapping

from lotus_assets.analytics.measures.diagnostics import DIAGNOSTICS
from lotus_assets.analytics.measures.measure import Measure, MeasureFamily
from lotus_assets.analytics.measures.measure_catalogue import CATALOGUE, measures_of
from lotus_assets.analytics.measures.statuses import REASONS, STATUSES, StatusDefinition
from lotus_assets.tables.table import Table


def measure_text(measure: Measure) -> str:
    """One measure as a list of what is said of it."""
    said = {
        "column": ", ".join(f"`{column}`" for column in measure.columns),
        "definition": measure.definition,
        "over": measure.over,
        "unit": f"{measure.unit}.",
        "no value": measure.empty,
        "example": measure.example,
        "after": measure.source,
    }
    return "".join(f"- **{word}**: {text}\n" for word, text in said.items() if text)


def statuses_text(statuses: Mapping[str, StatusDefinition]) -> str:
    """Statuses or reasons as a table."""
    head = "| code | name | meaning | NULL | example |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{code}` | {status.name} | {status.meaning} | {status.missing} | {status.example} |\n"
        for code, status in statuses.items()
    )


def diagnostics_text() -> str:
    """The diagnostics as a table."""
    head = "| code | meaning | name | example |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{code}` | {entry.meaning} | {entry.name} | {entry.example} |\n"
        for code, entry in DIAGNOSTICS.items()
    )


def catalogue_text() -> str:
    """All measures by family, all statuses, reasons and diagnostics."""
    families = "\n".join(
        f"### {family}\n\n{_named(members, '####')}"
        for family in MeasureFamily
        if (members := [measure for measure in CATALOGUE if measure.family is family])
    )
    return (
        f"## Measures\n\n{families}\n"
        f"## Statuses\n\n{statuses_text(STATUSES)}\n"
        f"## Reasons\n\n{statuses_text(REASONS)}\n"
        f"## Diagnostics\n\n{diagnostics_text()}"
    )


def table_definitions(table: Table) -> str:
    """What a table's figures mean, with the statuses and reasons that its rows may have."""
    codes = possible_codes(table)
    parts = {
        "Measures": _named(measures_of(table.name), "###"),
        "Statuses": _chosen(STATUSES, codes),
        "Reasons": _chosen(REASONS, codes),
    }
    return "\n".join(f"## {title}\n\n{text}" for title, text in parts.items() if text)


def possible_codes(table: Table) -> set[str]:
    """The statuses and reasons that the table's contract allows."""
    return {
        str(code)
        for name, column in table.schema.columns.items()
        if "status" in name or "reason" in name
        for check in column.checks
        for code in check.statistics.get("allowed_values", ())
    }


def _named(measures: Iterable[Measure], heading: str) -> str:
    return "\n".join(f"{heading} {measure.name}\n\n{measure_text(measure)}" for measure in measures)


def _chosen(statuses: Mapping[str, StatusDefinition], codes: set[str]) -> str:
    chosen = {code: status for code, status in statuses.items() if code in codes}
    return statuses_text(chosen) if chosen else ""
