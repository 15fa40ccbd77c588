"""Slices of the organisation: the org, each business line, each team, each repo."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEVEL_COLUMNS = {
    "org": "org",
    "business_line": "business_line",
    "team": "team",
    "repo": "path_with_namespace",
}
"""The levels of slices, and which column of a project says where it belongs."""
LEVELS = list(LEVEL_COLUMNS)
NOT_APPLICABLE = ""


@dataclass(frozen=True)
class Slices:
    """The slices and which project belongs to which.

    `levels`: one row a slice, columns `LEVELS`, sorted; a level below the slice's own is
    `NOT_APPLICABLE`. `membership`: for each of `project_ids` (sorted) the positions of its four
    slices in `levels`.
    """

    levels: pd.DataFrame
    project_ids: NDArray[np.int64]
    membership: NDArray[np.int64]

    def __len__(self) -> int:
        """How many slices there are."""
        return len(self.levels)

    def positions(self, project_ids: pd.Series) -> NDArray[np.int64]:
        """The position of each project in `project_ids`; -1 for those outside."""
        known = pd.Index(self.project_ids).get_indexer(pd.Index(project_ids))
        return known.astype(np.int64)

    def of_projects(self, project_ids: pd.Series) -> NDArray[np.int64]:
        """The four slices of each project, shape (rows, 4); -1 for those outside."""
        known = self.positions(project_ids)
        if not len(self.project_ids):
            return np.full((len(project_ids), len(LEVELS)), -1, dtype=np.int64)
        return np.where(known[:, None] >= 0, self.membership[known], -1)


def slices_of(projects: pd.DataFrame) -> Slices:
    """The slices that projects form.

    `projects`: columns `project_id`, `org`, `business_line`, `team`, `path_with_namespace`, one
    row a project that is to be in the metrics.
    """
    ordered = projects.sort_values("project_id", ignore_index=True)
    named = ordered[list(LEVEL_COLUMNS.values())].set_axis(LEVELS, axis=1).astype(str)
    by_level = []
    for depth in range(len(LEVELS)):
        below = dict.fromkeys(LEVELS[depth + 1 :], NOT_APPLICABLE)
        by_level.append(pd.MultiIndex.from_frame(named.assign(**below)))
    every = by_level[0].append(by_level[1:]).unique().sort_values()
    membership = [every.get_indexer(index).astype(np.int64) for index in by_level]
    return Slices(
        levels=every.to_frame(index=False, name=LEVELS),
        project_ids=ordered["project_id"].to_numpy(np.int64),
        membership=np.column_stack(membership),
    )
