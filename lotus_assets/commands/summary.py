"""The summary of a run, for a terminal or a log."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from lotus_assets.outputs.run_summary import RunSummary

LISTED_PROJECTS = 20
"""Projects that the summary names; all of them are in the table coverage."""


def print_summary(
    console: Console, summary: RunSummary, exports: Path, stages: Mapping[str, float]
) -> None:
    """Rows per table, coverage, quarantine, files below `exports`, `stages` (name → seconds)."""
    for part in _parts(summary, exports, stages):
        console.print(part, soft_wrap=isinstance(part, str))


def _parts(
    summary: RunSummary, exports: Path, stages: Mapping[str, float]
) -> Iterator[RenderableType]:
    yield _tables(summary)
    if summary.projects:
        yield _coverage(summary)
    listed = summary.listed_projects
    for project in listed[:LISTED_PROJECTS]:
        state = "collected" if project.is_collected else "not collected"
        activity = "active" if project.is_active else "not active"
        yield f"  {escape(project.path)}: {escape(project.reason)} ({activity}, {state})"
    if len(listed) > LISTED_PROJECTS:
        yield f"  and {len(listed) - LISTED_PROJECTS} more, in the table coverage"
    if summary.quarantine:
        yield f"Quarantine: {_count(sum(row.rows for row in summary.quarantine), 'row')}"
        for row in summary.quarantine:
            yield f"  {row.table}: {_count(row.rows, 'row')}: {escape(row.reason)}"
    else:
        yield "Quarantine: nothing in this run"
    if summary.restated:
        figures = _count(summary.restated, "exported figure")
        yield f"Restated: {figures}, in the table restatement and on pages/restatements.html"
    yield "Exports:" if summary.exports else "Exports: none"
    for path in summary.exports:
        yield f"  {escape(str(exports / path))}"
    yield "Time: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items())


def _tables(summary: RunSummary) -> Table:
    title = f"Run {', '.join(summary.run_ids)}"
    shown = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", padding=(0, 1, 0, 0))
    shown.add_column("table", no_wrap=True)
    for name in ("rows", "new", "changed", "vanished", "quarantined"):
        shown.add_column(name, justify="right", no_wrap=True)
    for table in summary.tables:
        numbers = (table.rows, table.new, table.changed, table.vanished, table.quarantined)
        shown.add_row(table.name, *(f"{number:,}" if number else "-" for number in numbers))
    return shown


def _coverage(summary: RunSummary) -> str:
    projects = _count(summary.projects, "project")
    if summary.coverage is None:
        return f"Coverage: {projects}, none of them active"
    return (
        f"Coverage: {summary.coverage:.1%} of {_count(summary.active_projects, 'active project')} "
        f"({projects} in all)"
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
