"""Tables behind an answer, kept or worked out from what is kept, as JSON or CSV."""

import json
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from lotus_assets.services.api.lineage_store import LineageStore, UnknownDetail, UnknownPeriod
from lotus_assets.services.api.operation import Operation

PERIOD = "period"
BLOCK_ROWS = 10_000
"""A row as Python objects takes many times what it does in a frame."""


def detail_frames(
    store: LineageStore,
    operations: Mapping[str, Operation],
    calculation_id: str,
    name: str,
    period: str | None = None,
) -> Iterator[pd.DataFrame]:
    """A table behind an answer, some rows at a time; of a period only its rows.

    Raises:
        UnknownCalculation, UnreadableLineage, UnknownDetail: see `LineageStore`.
        UnknownPeriod: the table has no such period, or none at all.
    """

    def kept(table: str) -> pd.DataFrame:
        frame = store.detail(calculation_id, table)
        if period is None or PERIOD not in frame:
            return frame
        return frame[frame[PERIOD] == period]

    manifest = store.manifest(calculation_id)
    if name not in manifest.get("details", []):
        raise UnknownDetail(name)
    operation = operations.get(manifest["operation"])
    derive = None if operation is None else operation.derived.get(name)
    frames = iter([kept(name)]) if derive is None else derive(manifest["request"], kept)
    return frames if period is None else _of_period(frames, period)


def _of_period(frames: Iterator[pd.DataFrame], period: str) -> Iterator[pd.DataFrame]:
    first = next(frames, None)
    if first is None or first.empty or PERIOD not in first:
        raise UnknownPeriod(period)
    yield first
    yield from frames


def written(frames: Iterable[pd.DataFrame], form: str) -> Iterator[bytes]:
    """The rows of the frames, one after another, as `csv` or `json`."""
    blocks = (
        frame.iloc[first : first + BLOCK_ROWS]
        for frame in frames
        for first in range(0, max(len(frame), 1), BLOCK_ROWS)
    )
    dated = (_with_days(block) for block in blocks)
    return _csv(dated) if form == "csv" else _json(dated)


def _with_days(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for column in frame.select_dtypes("datetime"):
        frame[column] = frame[column].dt.strftime("%Y-%m-%d")
    return frame


def _csv(frames: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    for number, frame in enumerate(frames):
        yield frame.to_csv(index=False, header=number == 0, lineterminator="\r\n").encode()


def _json(frames: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    before = "["
    for frame in frames:
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        if rows:
            yield (before + json.dumps(rows, default=str, allow_nan=False)[1:-1]).encode()
            before = ", "
    yield b"[]" if before == "[" else b"]"
