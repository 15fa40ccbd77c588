"""Rules by project: the projects that share a rule are worked out together."""

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

import pandas as pd

from lotus_assets.sources.rules_file import Rules

Chosen = TypeVar("Chosen", bound=Hashable)


def projects_by_rule(
    dim_project: pd.DataFrame, rules: Rules, choose: Callable[[Rules], Chosen]
) -> Iterator[tuple[Chosen, pd.Series]]:
    """What `choose` takes from the rules, with the ids of the projects for which it holds.

    Without projects, what it takes from the file's own rules, with no id.
    """
    chosen = [choose(rules.for_project(path)) for path in dim_project["path_with_namespace"]]
    by_choice: dict[Chosen, list[int]] = {} if chosen else {choose(rules): []}
    for position, choice in enumerate(chosen):
        by_choice.setdefault(choice, []).append(position)
    for choice, positions in by_choice.items():
        yield choice, dim_project["project_id"].iloc[positions]


def of_projects(rows: pd.DataFrame, project_ids: pd.Series) -> pd.DataFrame:
    """The rows of these projects."""
    return rows[rows["project_id"].isin(project_ids)]


def own_issues(raw_issue: pd.DataFrame) -> pd.DataFrame:
    """The issues that GitLab still has; one that was moved is an issue of the other project."""
    is_moved = raw_issue["is_moved"].fillna(False).astype(bool)
    return present(raw_issue[~is_moved])


def present(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that GitLab still has."""
    return rows[rows["vanished_at"].isna()].reset_index(drop=True)
