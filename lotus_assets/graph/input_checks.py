"""The check that says whether a run found anything to work with, and what to materialise first.

A backfill of a day whose inputs nobody collected writes no row, and would be as green as any other.
"""

from collections.abc import Mapping, Sequence

import dagster as dg

INPUT = "input"
NAMED = 10
"""Partitions that the check names; its metadata have all."""

Lacking = Mapping[str, Sequence[str]]
"""What is to be materialised first, by name: for which partitions; none where it has none."""


def input_spec(name: str) -> dg.AssetCheckSpec:
    """The check of the asset `name`. It does not block: what there is is written all the same."""
    return dg.AssetCheckSpec(
        INPUT,
        asset=name,
        description=f"There was something to make {name} of, for all that the run was asked for; "
        "else the result says what to materialize first.",
    )


def input_result(name: str, lacking: Lacking) -> dg.AssetCheckResult:
    """The result of the check: passed where nothing is lacking."""
    return dg.AssetCheckResult(
        asset_key=name,
        check_name=INPUT,
        passed=not lacking,
        severity=dg.AssetCheckSeverity.WARN,
        description=_in_words(lacking),
        metadata={
            "materialize_first": dg.MetadataValue.json(
                {source: list(partitions) for source, partitions in lacking.items()}
            )
        },
    )


def _in_words(lacking: Lacking) -> str:
    if not lacking:
        return "all inputs are there"
    sources = "; ".join(
        source + (f" of {_named(partitions)}" if partitions else "")
        for source, partitions in lacking.items()
    )
    return f"There is nothing to work with. Materialize first: {sources}."


def _named(partitions: Sequence[str]) -> str:
    more = len(partitions) - NAMED
    named = ", ".join(partitions[:NAMED])
    return f"{named} and {more} more" if more > 0 else named
