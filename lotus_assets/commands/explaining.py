"""Explanations on the screen: what the value is, the arithmetic, and the rows as tables."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from lotus_assets.outputs.explanations.explanation_page import (
    metric_entries,
    metric_page,
    portfolio_entries,
    portfolio_page,
)
from lotus_assets.outputs.explanations.metric_answer import CountedRow, ExplainedRow
from lotus_assets.outputs.explanations.metric_explanation import Surroundings
from lotus_assets.outputs.explanations.portfolio_choices import AskedMeasure
from lotus_assets.outputs.explanations.reading_metrics import explain_metric
from lotus_assets.outputs.explanations.reading_portfolios import explain_portfolio
from lotus_assets.outputs.explanations.stored_figures import AskedValue
from lotus_assets.settings import Settings

TIMES = "\N{MULTIPLICATION SIGN}"


def show_metric(
    engine: Engine, settings: Settings, asked: AskedValue, rows: int, html: Path | None
) -> None:
    """Print the explanation of a value, of each list the first `rows` rows; or write its page.

    Raises:
        NotExplained: there is no such value.
    """
    surroundings = Surroundings(settings.timezone, settings.gitlab_api_url)
    explanation = explain_metric(engine, asked, surroundings)
    if html is not None:
        _write(html, metric_page(explanation, settings.now()))
        return
    console = Console()
    levels = filter(None, explanation.slice.model_dump().values())
    named = f"{explanation.name}, {explanation.date}, {' / '.join(levels)}"
    console.print(_head([(explanation.metric, named), *metric_entries(explanation)]))
    _print(console, "Rows that count", explanation.rows, rows)
    _print(console, "Rows that nearly count", explanation.nearly, rows)


def show_portfolio(
    engine: Engine, settings: Settings, asked: AskedMeasure, rows: int, html: Path | None
) -> None:
    """Print the explanation of a portfolio's figure, of its lists `rows` rows; or write its page.

    Raises:
        NotExplained: there is no such figure.
    """
    explanation = explain_portfolio(engine, asked)
    if html is not None:
        _write(html, portfolio_page(explanation, settings.now()))
        return
    console = Console()
    choices = ", ".join([explanation.period, *explanation.choices.values()])
    named = f"{explanation.portfolio_id} as of {explanation.as_of}, {choices}"
    console.print(_head([(explanation.measure, named), *portfolio_entries(explanation)]))
    for name, details in explanation.details.items():
        _print_details(console, name, details, rows)
    used = [payload.model_dump() for payload in explanation.inputs]
    _print_details(console, "payloads of lotus-core", used, len(used))


def _print_details(console: Console, title: str, rows: Sequence[dict[str, Any]], most: int) -> None:
    console.print(f"\n[bold]{title}: {len(rows)}[/]")
    table = Table(box=None, pad_edge=False)
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows[:most]:
        table.add_row(*(Text(_shown(value)) for value in row.values()))
    if rows:
        console.print(table)
    _say_more(console, len(rows), most)


def _say_more(console: Console, count: int, most: int) -> None:
    if count > most:
        console.print(f"… and {count - most} more (--rows {count} shows them)")


def _write(path: Path, page: bytes) -> None:
    path.write_bytes(page)


def _head(entries: Iterable[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for word, text in entries:
        table.add_row(word, Text(text))
    return table


def _print(console: Console, title: str, rows: Sequence[ExplainedRow], most: int) -> None:
    console.print(f"\n[bold]{title}: {len(rows)}[/]")
    if not rows:
        return
    shown = rows[:most]
    columns = list(shown[0].columns)
    table = Table(box=None, pad_edge=False)
    for name in ("project", "reference", "value", *columns, "reason of it"):
        table.add_column(name, overflow="fold")
    for row in shown:
        value = _value(row) if isinstance(row, CountedRow) else ""
        cells = (row.columns[name] for name in columns)
        texts = (row.project, row.reference, value, *map(_shown, cells), row.reason)
        table.add_row(*map(Text, texts))
    console.print(table)
    _say_more(console, len(rows), most)


def _value(row: CountedRow) -> str:
    return f"{row.value:.15g}" + (f" {TIMES} {row.times}" if row.times > 1 else "")


def _shown(value: object) -> str:
    return "" if value is None else str(value)
