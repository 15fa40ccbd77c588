"""Rules about a payload as the answer to its request: window, currency, frequency, dimensions.

Each looks at what a payload says beside its rows. A field that the request leaves out asks for
nothing, and breaks nothing.
"""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.inputs.payload_chunk import Chunk, Received
from lotus_assets.inputs.rules import Days, Violation

OPENED_LONG_AGO = np.datetime64("0001-01-01", "D")


def other_windows(chunk: Chunk, first: str, last: str) -> Iterator[Violation]:
    """`window`: it ends where it was asked to end, and does not begin before it was asked to.

    It may begin later: windows are clamped to the open date, which not every payload names.
    """
    for payload_number, answer in enumerate(chunk.received):
        asked = _asked_window(answer)
        answered = tuple(
            date.fromisoformat(str(answer.payload.header[name])) for name in (first, last)
        )
        if asked is not None and (answered[0] < asked[0] or answered[1] != asked[1]):
            yield _other_window(payload_number, asked, answered)


def other_starts(chunk: Chunk) -> Iterator[Violation]:
    """`window` of performance-input, which names the open date: it begins on the later of both."""
    for payload_number, answer in enumerate(chunk.received):
        asked, header = _asked_window(answer), answer.payload.header
        if asked is None:
            continue
        opened = date.fromisoformat(header["portfolio_open_date"])
        start = date.fromisoformat(header["performance_start_date"])
        if start != max(asked[0], opened):
            yield _other_window(
                payload_number, (max(asked[0], opened), asked[1]), (start, asked[1])
            )


def _other_window(payload_number: int, asked: Any, answered: Any) -> Violation:
    detail = f"asked for {asked[0]} to {asked[1]}, answered for {answered[0]} to {answered[1]}"
    return Violation(payload_number, "window", detail)


def _asked_window(answer: Received) -> tuple[date, date] | None:
    """First and last day of the request, the last one clamped to the as-of day."""
    body, as_of = answer.asked.body, answer.as_of
    if "lookback_days" in body:
        return as_of - timedelta(days=body["lookback_days"] - 1), as_of
    if "period" in body:
        day = np.array([as_of], dtype="datetime64[D]")
        start = ReportingPeriod(body["period"]).start(day, np.array([OPENED_LONG_AGO]))
        return start[0].item(), as_of
    if "window" in body:
        asked = (body["window"]["start_date"], body["window"]["end_date"])
    elif "report_start_date" in body:
        asked = (body["report_start_date"], body["report_end_date"])
    else:
        return None
    first, last = map(date.fromisoformat, asked)
    return first, min(last, as_of)


def other_currencies(chunk: Chunk) -> Iterator[Violation]:
    """`currency`: all rows are in the reporting currency, by default the portfolio's."""
    for payload_number, answer in enumerate(chunk.received):
        answered = answer.payload.header["currency_context"]
        asked = answer.asked.body.get("reporting_currency") or answered["portfolio_currency"]
        if answered["reporting_currency"] != asked:
            detail = f"{asked} was asked for, {answered['reporting_currency']} came"
            yield Violation(payload_number, "currency", detail)


def other_frequencies(chunk: Chunk) -> Iterator[Violation]:
    """`frequency`: observations are as long as asked."""
    for payload_number, answer in enumerate(chunk.received):
        answered = answer.payload.header["frequency"]
        asked = answer.asked.body.get("frequency", answered)
        if answered != asked:
            yield Violation(payload_number, "frequency", f"{asked} was asked for, {answered} came")


def other_dimensions(chunk: Chunk) -> Iterator[Violation]:
    """`dimensions`: those asked for, at every instrument and as every group's key; one group a key.

    The contract: `meta` contains all requested dimensions.
    """
    for payload_number, answer in enumerate(chunk.received):
        header = answer.payload.header
        answered = header["group_by_dimensions"]
        asked = answer.asked.body.get("group_by_dimensions", answered)
        lacking = [
            entry["instrument_id"]
            for entry in answer.listed("instruments_data")
            if not set(answered) <= set(entry["meta"])
        ]
        keys = [one["key"] for one in header["benchmark_groups_data"]]
        others = [key for key in keys if set(key) != set(answered)]
        repeated = [key for at, key in enumerate(keys) if key in keys[:at]]
        if answered != asked:
            yield Violation(
                payload_number, "dimensions", f"{asked} were asked for, {answered} came"
            )
        elif lacking:
            yield Violation(payload_number, "dimensions", f"{lacking[0]} has not all of {answered}")
        elif others:
            yield Violation(
                payload_number, "dimensions", f"the group {others[0]} is not of {answered}"
            )
        elif repeated:
            yield Violation(payload_number, "dimensions", f"the group {repeated[0]} comes twice")


def unordered_parts(chunk: Chunk, listed: str, id_field: str) -> Iterator[Violation]:
    """`parts`: over all pages, instruments or positions come once, in the order of their ids."""
    for payload_number, answer in enumerate(chunk.received):
        ids = [entry[id_field] for entry in answer.listed(listed)]
        wrong = [after for before, after in itertools.pairwise(ids) if after <= before]
        if wrong:
            yield Violation(
                payload_number, "parts", f"{wrong[0]} comes twice, or after a later one"
            )


def misstated_missing_days(
    chunk: Chunk, days: Days, counts: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> Iterator[Violation]:
    """`missing_business_days` of contracts that do not send `business_days`.

    Those that the diagnostics list ascend, are as many as they say, and have no row (of `counts`).
    """
    starts = np.searchsorted(chunk.payload_numbers, np.arange(len(chunk.received) + 1))
    for payload_number, answer in enumerate(chunk.received):
        diagnostics = answer.payload.header["diagnostics"]
        listed = np.array(diagnostics["missing_business_days"], dtype="datetime64[D]").astype(
            np.int32
        )
        rows = slice(starts[payload_number], starts[payload_number + 1])
        valued = np.isin(listed, days[rows][counts[rows]])
        if (np.diff(listed) <= 0).any() or diagnostics["missing_business_day_count"] != len(listed):
            detail = (
                f"{diagnostics['missing_business_day_count']} are counted, {len(listed)} listed"
            )
            yield Violation(payload_number, "missing_business_days", detail)
        elif valued.any():
            day = diagnostics["missing_business_days"][int(np.argmax(valued))]
            yield Violation(
                payload_number, "missing_business_days", f"{day} is listed and has a row"
            )
