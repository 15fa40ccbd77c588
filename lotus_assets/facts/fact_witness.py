"""Why a fact's rows change: what they follow from now, beside what they followed from before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lotus_assets.sources.warehouse.fact_changes import (
    ROWS,
    Basis,
    is_any_day_exported,
    note_changes,
)
from lotus_assets.sources.warehouse.replacement import Replacement

Marks = Mapping[int, str | None]
"""Of each project, its collected rows in short."""


@dataclass(frozen=True)
class FactWitness:
    """Keeps the rows that a run changes, with the cause, while an exported figure shows them.

    `causes` are those of the projects that changed for something else than rows alone.
    """

    run_id: str
    now: datetime
    causes: Mapping[int, str]

    def __call__(self, replacement: Replacement) -> None:
        """Note what is about to change."""
        if is_any_day_exported(replacement.connection):
            note_changes(replacement, self.causes, self.run_id, self.now)


def causes_by_project(before: Marks, now: Marks, parts: list[str]) -> dict[int, str]:
    """The causes of each project whose rows may change for `parts` of the basis that changed.

    Where its collected rows changed too, those are one of the causes.
    """
    if not parts:
        return {}
    return {
        project_id: "; ".join(parts if before.get(project_id) == mark else [ROWS, *parts])
        for project_id, mark in now.items()
    }


def changed_parts(before: Basis | None, now: Basis) -> list[str]:
    """The names of what rows follow from that is another thing now; none where it was not noted."""
    if before is None:
        return []
    return sorted(name for name in now if name in before and before[name] != now[name])


def joined(bases: Mapping[str, Basis], own: Basis) -> Basis:
    """The basis of a table that reads others: theirs, and its own."""
    return {name: part for basis in bases.values() for name, part in basis.items()} | dict(own)
