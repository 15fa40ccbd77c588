"""A synthetic history at full scale, for the engine's benchmarks; factor 2 doubles it.

300 projects; 60,000 pipelines of 10 jobs in 4 stages; 100,000 commits; 10,000 merge requests.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

INSTANT = "datetime64[us, UTC]"
START = np.datetime64("2026-01-01T00:00:00", "us")


def instants(seconds: NDArray[np.int64]) -> pd.Series:
    """UTC instants so many seconds after the start."""
    found: pd.Series = pd.Series(START + seconds.astype("timedelta64[s]")).dt.tz_localize("UTC")
    return found


def texts(prefix: str, numbers: NDArray[np.int64]) -> pd.Series:
    """`prefix` and a number, as text."""
    return prefix + pd.Series(numbers).astype("string")


class EngineWorld:
    """Frames with the columns that the engine reads."""

    def __init__(self, factor: int) -> None:
        """Build every frame; `factor` multiplies the number of projects."""
        self.generator = np.random.default_rng(7)
        self.project_count = 300 * factor
        self.commits = self._commits(333 * self.project_count)
        self.pipelines = self._pipelines(200 * self.project_count)
        self.jobs = self._jobs()
        self.merge_requests = self._merge_requests(33 * self.project_count)
        self.projects = pd.DataFrame({"project_id": np.arange(self.project_count)})
        self.projects["path_with_namespace"] = texts("toman/p", np.arange(self.project_count))
        self.projects["default_branch"] = "main"
        self.projects["earlier_default_branch"] = pd.Series(dtype="string")
        self.projects["default_branch_since"] = pd.Series(dtype="datetime64[us, UTC]")
        self.projects["created_at"] = instants(np.zeros(self.project_count, np.int64))
        self.projects["deployments_collected_from"] = self.projects["created_at"]
        self.deployments = self._deployments()
        self.push_events = self._push_events()

    def _drawn(self, size: int, **weights: float) -> NDArray[np.str_]:
        return self.generator.choice(list(weights), size, p=list(weights.values()))

    def _seconds(self, size: int, most: int) -> pd.Series:
        return pd.Series(self.generator.integers(1, most, size)).astype("Float64")

    def _commits(self, size: int) -> pd.DataFrame:
        number = np.arange(size)
        place = number // self.project_count
        step = place % 4  # a main commit, two branch commits, their merge
        before = texts("c", number - self.project_count)
        main = texts("c", number - 3 * self.project_count)
        one = '["' + before + '"]'
        both = '["' + main + '","' + before + '"]'
        parents = one.where(step != 3, both).where(place != 0, "[]")
        return pd.DataFrame(
            {
                "project_id": number % self.project_count,
                "commit_id": texts("c", number),
                "parent_ids": parents,
                "author_user_id": pd.Series(number % 500).astype("Int64"),
                "author_name": texts("n", number % 500),
                "author_email_hash": texts("h", number % 500),
                "committed_at": instants(place * 45_000),
                "is_first_parent": pd.Series((step == 0) | (step == 3)).astype("boolean"),
                "is_on_default_branch": pd.Series(np.ones(size, bool)).astype("boolean"),
                "is_signed": pd.Series(number % 3 > 0).astype("boolean"),
                "has_bot_address": pd.Series(np.zeros(size, bool)).astype("boolean"),
            }
        )

    def _pipelines(self, size: int) -> pd.DataFrame:
        number = np.arange(size)
        place = number // self.project_count
        created = instants(place * 75_000)
        commit = number % self.project_count + (place * 3 // 2) * self.project_count
        return pd.DataFrame(
            {
                "project_id": number % self.project_count,
                "pipeline_id": number,
                "sha": texts("c", commit),
                "ref": np.where(place % 3 == 0, "main", texts("b", place % 20)),
                "source": np.where(number % 20 == 0, "parent_pipeline", "push"),
                "name": None,
                "parent_pipeline_id": pd.Series([None] * size, dtype="Int64"),
                "status": self.generator.choice(
                    ["success", "failed", "canceled"], size, p=[0.7, 0.25, 0.05]
                ),
                "created_at": created,
                "updated_at": created + pd.Timedelta(hours=1),
                "finished_at": created + pd.Timedelta(minutes=30),
                "duration_sec": pd.Series(self.generator.integers(60, 3600, size)).astype(
                    "Float64"
                ),
            }
        )

    def _jobs(self) -> pd.DataFrame:
        pipelines = np.repeat(self.pipelines["pipeline_id"].to_numpy(), 10)
        size = len(pipelines)
        slot = np.arange(size) % 10
        needs = pd.Series(np.select([slot == 5, slot == 8], ["[]", '["job1", "job5"]'], ""))
        return pd.DataFrame(
            {
                "project_id": np.repeat(self.pipelines["project_id"].to_numpy(), 10),
                "pipeline_id": pipelines,
                "job_id": np.arange(size),
                "name": texts("job", np.where(slot == 9, 4, slot)),
                "stage_index": np.minimum(np.where(slot == 9, 4, slot) // 3, 3),
                "kind": np.where(slot == 7, "bridge", "build"),
                "status": self.generator.choice(
                    ["success", "failed", "skipped"], size, p=[0.8, 0.1, 0.1]
                ),
                "duration_sec": self._seconds(size, 900),
                "created_at": instants(np.arange(size) * 10),
                "started_at": instants(np.arange(size) * 10),
                "finished_at": self.pipelines["finished_at"].repeat(10).array,
                "is_manual": pd.Series(slot == 6).astype("boolean"),
                "allow_failure": pd.Series(slot == 6).astype("boolean"),
                "needs": needs.replace("", None),
            }
        )

    def _merge_requests(self, size: int) -> pd.DataFrame:
        number = np.arange(size)
        place = number // self.project_count
        merge = number % self.project_count + (place * 8 + 3) * self.project_count
        merged_at = instants((place * 8 + 3) * 45_000)
        return pd.DataFrame(
            {
                "project_id": number % self.project_count,
                "source_project_id": number % self.project_count,
                "mr_id": number,
                "source_branch": texts("feature", number),
                "target_branch": "main",
                "created_at": merged_at - pd.Timedelta(days=2),
                "first_commit_at": merged_at - pd.Timedelta(days=3),
                "merged_at": merged_at,
                "merge_commit_sha": texts("c", merge),
                "squash_commit_sha": pd.Series([None] * size, dtype="string"),
                "head_sha": texts("c", merge - self.project_count),
            }
        )

    def _deployments(self) -> pd.DataFrame:
        rows = self.pipelines[self.pipelines["ref"].eq("main")].reset_index(drop=True)
        return rows.assign(
            deployment_id=np.arange(len(rows)),
            environment="production",
            environment_tier="production",
            job_name="deploy",
            status="success",
        )

    def _push_events(self) -> pd.DataFrame:
        commits = self.commits[self.commits["is_first_parent"]]
        older = commits.groupby("project_id")["commit_id"].shift()
        return pd.DataFrame(
            {
                "project_id": commits["project_id"],
                "event_id": np.arange(len(commits)),
                "action": "pushed",
                "ref_type": "branch",
                "ref": "main",
                "commit_from": older,
                "commit_to": commits["commit_id"],
                "created_at": commits["committed_at"],
            }
        )
