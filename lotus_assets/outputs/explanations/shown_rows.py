"""Rows of a metric's table as explanations show them: what they are called, where they are."""

from dataclasses import dataclass

import pandas as pd

from lotus_assets.analytics.delivery.metric import Metric
from lotus_assets.analytics.delivery.row_names import references
from lotus_assets.outputs.explanations.gitlab_links import PATHS


@dataclass(frozen=True)
class ShownRows:
    """Rows of the metric's table, with `iid` where GitLab numbers them, and their projects.

    `projects` are rows of `dim_project` by `project_id`.
    """

    metric: Metric
    rows: pd.DataFrame
    projects: pd.DataFrame

    def of(self, origins: pd.Series) -> pd.DataFrame:
        """The rows named by `origins`, in that order, with an index of their own.

        Beside their columns: `path_with_namespace` of the project, `reference`, and `address`
        below that of the project in GitLab.
        """
        rows = self.rows.loc[origins].reset_index(drop=True)
        of_rows = self.projects.loc[rows["project_id"], ["path_with_namespace", "default_branch"]]
        rows = rows.assign(**{str(name): of_rows[name].to_numpy() for name in of_rows})
        address_of = PATHS[self.metric.table.name]
        return rows.assign(
            reference=references(self.metric.table, rows),
            address=[address_of(row) for row in rows.to_dict("records")],
        )

    @property
    def deciding(self) -> list[str]:
        """What decides whether a row counts, and the table's own reason for what it lacks."""
        metric = self.metric
        asked = {
            *metric.population.decided_by,
            *(condition.column for condition in metric.population.conditions),
            "reason",
        }
        return [name for name in metric.table.columns if name in asked]

    @property
    def columns(self) -> list[str]:
        """Key, what decides, and the value."""
        asked = {*self.metric.table.key, *self.deciding, self.metric.column}
        return [name for name in self.metric.table.columns if name in asked]
