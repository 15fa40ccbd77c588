"""The pipelines, jobs and deployments of a project that is written down by hand."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lotus_assets.standin.gitlab.store import Payload, ProjectData
from lotus_assets.standin.gitlab.world import ci_payloads
from lotus_assets.standin.gitlab.world.calendar import milliseconds, text
from lotus_assets.standin.gitlab.world.people import PEOPLE
from lotus_assets.standin.gitlab.world.repository import Repository
from lotus_assets_tests.integration.amsterdam import amsterdam, as_gitlab

if TYPE_CHECKING:
    from lotus_assets_tests.integration.hand_made import HandMade

AYLIN = PEOPLE[0]


@dataclass
class ProjectPipelines:
    """One project's books, and what its pipelines do."""

    world: "HandMade"
    data: ProjectData
    repository: Repository
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def project_id(self) -> int:
        return int(self.data.project["id"])

    @property
    def path(self) -> str:
        return str(self.data.project["path_with_namespace"])

    @property
    def tip(self) -> str:
        """The SHA at the tip of the default branch."""
        return self.repository.refs[f"refs/heads/{self.default_branch}"]

    @property
    def default_branch(self) -> str:
        return str(self.data.project["default_branch"])

    def next_iid(self, kind: str) -> int:
        self.counts[kind] += 1
        return self.counts[kind]

    def pipeline(
        self,
        created: str,
        status: str,
        *,
        ended: str | None = None,
        ref: str = "main",
        sha: str | None = None,
        source: str = "push",
        seconds: int = 300,
        parent: Payload | None = None,
    ) -> Payload:
        """A pipeline that ended at `ended`, or is still on its way; a child of `parent`."""
        at = milliseconds(amsterdam(created))
        pipeline = ci_payloads.pipeline(
            self.world.identifier("pipeline"),
            self.next_iid("pipeline"),
            self.data.project,
            AYLIN,
            at,
            sha=sha or self.tip,
            ref=ref,
            source=source,
            is_tag=False,
        )
        end = as_gitlab(amsterdam(ended)) if ended else None
        pipeline |= {"status": status, "started_at": text(at), "finished_at": end}
        pipeline |= {"updated_at": end or text(at), "duration": seconds if ended else None}
        pipeline |= {"stages": ["build", "test"], "name": None, "merge_request_iid": None}
        if parent:
            pipeline |= {"source": "parent_pipeline", "upstream_id": parent["id"]}
        self.data.pipelines[pipeline["id"]] = pipeline
        self.data.jobs[pipeline["id"]] = []
        return pipeline

    def job(
        self,
        pipeline: Payload,
        name: str,
        *,
        needs: list[str] | None = None,
        status: str = "success",
        kind: str = "build",
        finished: str | None = None,
        is_manual: bool = False,
        allow_failure: bool = False,
    ) -> Payload:
        """A job that ended a minute after its pipeline was created, or at `finished`."""
        start = datetime.fromisoformat(pipeline["created_at"])
        job = ci_payloads.job(
            self.world.identifier("job"),
            pipeline,
            ci_payloads.brief_pipeline(pipeline),
            self.data.commits.get(pipeline["sha"], {}),
            AYLIN.brief,
            milliseconds(start),
            name=name,
            stage="build",
            kind=kind,
            allow_failure=allow_failure,
            needs=needs,
            is_manual=is_manual,
        )
        end = as_gitlab(amsterdam(finished)) if finished else text(milliseconds(start) + 60_000)
        job |= {"status": status, "started_at": pipeline["created_at"], "duration": 60.0}
        job |= {"finished_at": end, "runner": None}
        self.data.jobs[pipeline["id"]].append(job)
        return job

    def environment(
        self, name: str, tier: str | None = "production", *, at: str = "2025-06-02 09:00"
    ) -> Payload:
        """The environment of that name, made if need be."""
        for row in self.data.environments:
            if row["name"] == name:
                return row
        environment = ci_payloads.environment(
            self.world.identifier("environment"),
            name,
            tier,
            self.data.project,
            milliseconds(amsterdam(at)),
        )
        self.data.environments.append(environment)
        return environment

    def deployment(
        self,
        pipeline: Payload,
        environment: str,
        finished: str,
        *,
        job: str | None = None,
        status: str = "success",
    ) -> Payload:
        """A deployment by a job of its own; its environment is made if need be."""
        deploying = self.job(
            pipeline, job or f"deploy {environment}", status=status, finished=finished
        )
        at = milliseconds(datetime.fromisoformat(pipeline["created_at"]))
        return self._deployed(deploying, environment, at, finished, status)

    def api_deployment(self, sha: str, environment: str, finished: str) -> Payload:
        """A successful deployment that a script recorded through the API: no job made it."""
        at = milliseconds(amsterdam(finished))
        recorded = {"ref": "main", "user": AYLIN.brief, "pipeline": {"sha": sha}}
        deployment = self._deployed(recorded, environment, at, finished, "success")
        deployment |= {"deployable": None, "finished_at": deployment["updated_at"]}
        return deployment

    def _deployed(
        self, job: Payload, environment: str, at: int, finished: str, status: str
    ) -> Payload:
        deployment = ci_payloads.deployment(
            self.world.identifier("deployment"),
            self.next_iid("deployment"),
            job,
            self.environment(environment),
            at,
        )
        end = as_gitlab(amsterdam(finished))
        deployment |= {"status": status, "updated_at": end}
        self.data.deployments.append(deployment)
        return deployment
