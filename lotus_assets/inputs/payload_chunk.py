"""A chunk: the payloads that are gated and written together, their rows in one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.inputs.nearest_floats import nearest_floats
from lotus_assets.sources.lotus_core.payloads import Payload

PayloadNumbers = NDArray[np.int64]
VERSION_DIGITS = 10


@dataclass(frozen=True)
class Asked:
    """One request: whose data, which variant (a period, a series mode), and the request's body.

    `last_day` is the last one on which the subject was open: no valuation is missed after it.
    """

    subject: str
    data_version: str
    body: Mapping[str, Any]
    variant: str = ""
    last_day: date | None = None


@dataclass(frozen=True)
class Received:
    """One payload that came for a request as of a day."""

    asked: Asked
    as_of: date
    payload: Payload

    @cached_property
    def rows(self) -> pa.Table:
        """The rows of all pages; those that every page repeats are taken from the first."""
        pages = self.payload.pages
        if len(pages) == 1:
            return pages[0].rows
        repeated = {"portfolio", "benchmark_group"}
        parts = [pages[0].rows]
        for page in pages[1:]:
            rows = page.rows
            if "part" in rows.column_names:
                is_repeated = pc.is_in(rows["part"], pa.array(sorted(repeated)))
                rows = rows.filter(pc.invert(is_repeated))
            parts.append(rows)
        return pa.concat_tables(parts)

    @cached_property
    def data_version(self) -> str:
        """Version of the rows: the as-of day and lotus-core's version, the later the greater.

        lotus-core's own version counts what was loaded. One load may hold a row and its later
        correction, so that only the day tells the two apart.
        """
        version = self.payload.data_version
        ordered = version.zfill(VERSION_DIGITS) if version.isdigit() else version
        return f"{self.as_of.isoformat()}.{ordered}"

    def listed(self, field: str) -> list[Any]:
        """The entries of a list that is spread over the pages."""
        return [entry for page in self.payload.pages for entry in page.header.get(field, [])]


class Chunk:
    """Several payloads of one contract: `rows` of all, `payload_numbers` of each row."""

    def __init__(self, received: Sequence[Received], schema: pa.Schema) -> None:
        """`schema` is the contract's, for a chunk without payloads."""
        self.received = tuple(received)
        tables = [answer.rows for answer in received]
        self.rows = pa.concat_tables(tables) if tables else schema.empty_table()
        self.payload_numbers: PayloadNumbers = np.repeat(
            np.arange(len(tables)), [len(answer) for answer in tables]
        )

    def text(self, value: Callable[[Received], str | None]) -> NDArray[np.object_]:
        """A value of each payload, repeated for its rows."""
        texts = np.array([value(answer) for answer in self.received], dtype=object)
        repeated: NDArray[np.object_] = texts[self.payload_numbers]
        return repeated

    def day(self, value: Callable[[Received], date]) -> NDArray[np.datetime64]:
        """A day of each payload, repeated for its rows."""
        days = np.array([value(answer) for answer in self.received], dtype="datetime64[ns]")
        repeated: NDArray[np.datetime64] = days[self.payload_numbers]
        return repeated

    def provenance(self) -> dict[str, NDArray[np.object_] | NDArray[np.datetime64]]:
        """The columns by which every row names the payload that it first came in."""
        return {
            "data_version": self.text(lambda answer: answer.data_version),
            "as_of_date": self.day(lambda answer: answer.as_of),
            "content_hash": self.text(lambda answer: answer.payload.content_hash),
        }


def number(column: pa.ChunkedArray) -> pd.arrays.FloatingArray:
    """Decimals as nullable floats."""
    missing = column.is_null().to_numpy()
    # numpy's way of NULL would be NaN, which a database keeps apart from NULL.
    values = np.where(missing, 0.0, nearest_floats(column))
    return pd.arrays.FloatingArray(values, missing)


def days_of(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    """Dates at midnight, nanoseconds, as the models have them."""
    days: NDArray[np.datetime64] = column.to_numpy().astype("datetime64[ns]")
    return days


def narrow(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals with room for the digits of a sum."""
    return column.cast(pa.decimal128(36, 10))


def capital_signs(points: Mapping[str, pa.ChunkedArray] | pa.Table) -> NDArray[np.int8]:
    """Sign of begin_mv + bod_cf of every point, decided on the decimals received: floats may leave
    a trace of capital where there is none."""
    capital = pc.add(narrow(points["begin_mv"]), narrow(points["bod_cf"]))
    signs: NDArray[np.int8] = pc.sign(capital).to_numpy().astype(np.int8)
    return signs
