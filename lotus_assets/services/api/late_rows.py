"""Long lists of an answer, made some rows at a time while it is written.

A row as Python objects takes five times what its text does: of very many rows there are never more
than a block.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lotus_assets.services.api.answers import records

BLOCK = 10_000
TOKEN = secrets.token_hex(16)
"""Nothing that was sent holds it: it is made anew with every process."""
PLACE = re.compile(f'"{TOKEN}:([0-9]+)"')
Row = dict[str, Any]


@dataclass(frozen=True)
class LateRows:
    """A list whose rows `frame` gives once they are written.

    `names` are its columns by their names in the answer; `change` is what becomes of a row then.
    """

    frame: Callable[[], pd.DataFrame]
    names: Mapping[str, str]
    change: Callable[[Row], Row] | None = None

    def blocks(self) -> Iterator[list[Row]]:
        """The rows, `BLOCK` at a time."""
        frame = self.frame()
        for first in range(0, len(frame), BLOCK):
            rows = records(frame.iloc[first : first + BLOCK], self.names)
            yield rows if self.change is None else [self.change(row) for row in rows]

    def pieces(self) -> Iterator[bytes]:
        """The rows as JSON."""
        before = "["
        for rows in self.blocks():
            yield (before + json.dumps(rows, allow_nan=False)[1:-1]).encode()
            before = ", "
        yield b"[]" if before == "[" else b"]"


def json_of(document: Any) -> Iterator[bytes]:
    """A document as JSON, in pieces; lists in it may be `LateRows`."""
    lists: list[LateRows] = []

    def placed(value: object) -> str:
        if not isinstance(value, LateRows):
            raise TypeError(f"{type(value).__name__} is not JSON")
        lists.append(value)
        return f"{TOKEN}:{len(lists) - 1}"

    text = json.dumps(document, default=placed, allow_nan=False)
    for number, piece in enumerate(PLACE.split(text)):
        if number % 2:
            yield from lists[int(piece)].pieces()
        else:
            yield piece.encode()
