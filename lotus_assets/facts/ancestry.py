"""Ancestry within a project: commits are named with their project before the graph is asked.

A fork shares its commits with its parent. What one project's facts say must not depend on what
another's repository happens to hold, or they could not be worked out for one project alone.
"""

import pandas as pd

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.json_lists import parsed_lists

SEPARATOR = ":"


def within_project(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """`rows` whose SHAs in `columns` are named `<project_id>:<sha>`; NULL stays NULL."""
    prefix = rows["project_id"].astype("string") + SEPARATOR
    return rows.assign(**{name: prefix + rows[name].astype("string") for name in columns})


def shas(names: pd.Series) -> pd.Series:
    """The SHAs of what `within_project` named."""
    return names.astype("string").str.replace(r"^\d+:", "", regex=True)


def commit_graph(raw_commit: pd.DataFrame) -> CommitGraph:
    """The graph of all commits, vanished ones too, each project's its own."""
    prefixes = (raw_commit["project_id"].astype("string") + SEPARATOR).tolist()
    parents = [
        None if shas is None else [prefix + sha for sha in shas]
        for prefix, shas in zip(prefixes, parsed_lists(raw_commit["parent_ids"]), strict=True)
    ]
    return CommitGraph(within_project(raw_commit, "commit_id")["commit_id"], parents)
