"""Explanations as pages that stand alone: nothing is loaded, all text stays text."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from lotus_assets.outputs.explanations.metric_answer import MetricExplanation
from lotus_assets.outputs.explanations.portfolio_answer import PortfolioExplanation
from lotus_assets.outputs.pages.number_forms import personal
from lotus_assets.outputs.pages.rendering import SORTING, PageFrame, page_html

TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(__file__).parent / "explanation.css"


def metric_page(explanation: MetricExplanation, generated_at: datetime) -> bytes:
    """The value as people read it, what it follows from, and the rows; UTF-8."""
    levels = explanation.slice.model_dump().values()
    frame = PageFrame(
        PurePosixPath("explanation.html"),
        explanation.name,
        generated_at,
        explanation.date,
        " / ".join(filter(None, levels)),
    )
    value = personal(explanation.value, explanation.unit)
    return page_html(
        TEMPLATES,
        "metric.html.jinja",
        frame,
        styles=[STYLE],
        scripts=[SORTING],
        explanation=explanation,
        shown_value=value,
        entries=[*metric_entries(explanation)],
    )


def portfolio_page(explanation: PortfolioExplanation, generated_at: datetime) -> bytes:
    """The figure, its row, and the rows behind it; UTF-8."""
    choices = ", ".join([explanation.period, *explanation.choices.values()])
    frame = PageFrame(
        PurePosixPath("explanation.html"),
        f"{explanation.measure} of {explanation.portfolio_id}",
        generated_at,
        explanation.as_of,
        choices,
    )
    used = [payload.model_dump() for payload in explanation.inputs]
    return page_html(
        TEMPLATES,
        "portfolio.html.jinja",
        frame,
        styles=[STYLE],
        scripts=[SORTING],
        explanation=explanation,
        entries=[*portfolio_entries(explanation)],
        details=[*explanation.details.items(), ("payloads of lotus-core", used)],
    )


def metric_entries(explanation: MetricExplanation) -> Iterator[tuple[str, str]]:
    """What is said of a value beside its rows: word and text."""
    yield "value", f"{explanation.value} {explanation.unit}"
    yield "arithmetic", explanation.arithmetic
    yield "window", explanation.window
    yield "definition", explanation.definition
    if not explanation.is_current:
        yield "since then", f"facts changed; the rows give {explanation.value_of_rows} now"
    if explanation.reason:
        yield "no value", explanation.reason
    if explanation.projects_left_out:
        yield "left out", ", ".join(explanation.projects_left_out)


def portfolio_entries(explanation: PortfolioExplanation) -> Iterator[tuple[str, str]]:
    """What is said of a figure beside its rows: word and text."""
    if explanation.group is not None:
        yield "group", explanation.group
    for name, value in explanation.values.items():
        yield name, "" if value is None else str(value)
    yield "arithmetic", explanation.arithmetic
    if not explanation.is_current:
        yield "since then", "the inputs changed; the next run works it out again"
