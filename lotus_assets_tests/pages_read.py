"""What the pieces beside the pages of metrics hold, read as the page reads them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Read = Callable[[str], bytes]
"""The content of a file by its path below the folder of the pages."""
Row = tuple[str, str, str | None, Any, int, str]
"""Project, reference, link, value, how often it counts, and by what it misses."""


def piece_of(content: bytes) -> tuple[str, Any]:
    """The name and the data that a piece hands over."""
    name, data = json.loads(
        f"[{content.decode().removeprefix('piece(').rstrip().removesuffix(')')}]"
    )
    return name, data


def piece_rows(read: Read, metric: str, projects: Iterable[str]) -> list[Row]:
    """The rows of these projects behind a metric, those that nearly count among them."""
    figures = _figures(read, metric)
    wanted = set(projects)
    rows = []
    for number, paths in enumerate(figures["projects"]):
        if wanted & set(paths):
            rows += _rows(read, f"{figures['rows']}-{number}", wanted)
    return rows


def slice_figure(read: Read, metric: str, number: int) -> Mapping[str, Any]:
    """What is said of a slice's figure; slices have the order of their names."""
    said = _figures(read, metric)["slices"][number]
    return {"value": said[0], "arithmetic": said[7], "since_then": said[8]}


def _figures(read: Read, metric: str) -> Any:
    name, figures = piece_of(read(f"metrics/rows/{metric}.js"))
    assert name == metric
    return figures


def _rows(read: Read, name: str, wanted: set[str]) -> list[Row]:
    _, piece = piece_of(read(f"metrics/rows/{name}.js"))
    rows = []
    for project, reason, reference, address, times, _text, value, *_beside in piece["rows"]:
        path, prefix = piece["projects"][project]
        if path in wanted:
            link = None if prefix is None else prefix + address
            missed = "" if reason < 0 else piece["reasons"][reason]
            rows.append((path, reference, link, value, times, missed))
    return rows
