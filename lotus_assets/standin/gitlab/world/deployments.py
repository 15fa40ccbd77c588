"""Deployments to environments, and their rollbacks."""

from collections.abc import Callable
from random import Random
from typing import Protocol

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world import ci_payloads
from lotus_assets.standin.gitlab.world.calendar import HOUR, MINUTE, text
from lotus_assets.standin.gitlab.world.people import PEOPLE, Person
from lotus_assets.standin.gitlab.world.plans import JobPlan
from lotus_assets.standin.gitlab.world.simulation import Process, Site

ROLLBACK_RATE = 0.05
EASY_ROLLBACK_RATE = 0.12
"""Where a job of its own does it."""
ROLLBACK = "rollback"
"""How the name of a job begins that takes a deployment back."""
NOT_PRODUCTION = ("staging", "production-copy")


class Deployer(Protocol):
    """A pipeline, as its deployments see it."""

    payload: Payload
    random: Random
    plans: tuple[JobPlan, ...]

    def rerun(self, plan: JobPlan, person: Person) -> Process:
        """Run a job once more."""

    def play(self, plan: JobPlan, person: Person) -> Process:
        """Start a manual job."""


class Deployments:
    """The deployments that one pipeline's jobs make."""

    def __init__(self, site: Site) -> None:
        """Nothing deployed yet."""
        self.site = site
        self._running: dict[int, Payload] = {}

    def begin(self, job: Payload, name: str) -> None:
        """A job with an environment started: a deployment runs."""
        site, world = self.site, self.site.world
        environment = next((item for item in site.data.environments if item["name"] == name), None)
        if environment is None:
            tier = dict(site.plan.environments).get(name)
            environment = ci_payloads.environment(
                world.identifier("environment"), name, tier, site.data.project, world.now
            )
            site.data.environments.append(environment)
        deployment = ci_payloads.deployment(
            world.identifier("deployment"), site.next_iid("deployment"), job, environment, world.now
        )
        self._running[job["id"]] = deployment
        site.data.deployments.append(deployment)

    def finish(self, pipeline: Deployer, job: Payload, plan: JobPlan, status: str) -> None:
        """The job ended, and with it its deployment; some that succeeded are rolled back."""
        site, world = self.site, self.site.world
        deployment = self._running.pop(job["id"])
        deployment["status"] = status
        deployment["updated_at"] = text(world.now)
        name = plan.environment or ""
        if status != "success" or name in NOT_PRODUCTION or plan.name.startswith(ROLLBACK):
            return
        history = site.production.setdefault(name, [])
        before = history[-1] if history else None
        history.append({"pipeline": pipeline, "plan": plan, "sha": deployment["sha"]})
        is_newer = before is not None and before["pipeline"].payload["id"] < pipeline.payload["id"]
        rollback = next((job for job in pipeline.plans if job.name.startswith(ROLLBACK)), None)
        rate = EASY_ROLLBACK_RATE if rollback else ROLLBACK_RATE
        if before is not None and is_newer and pipeline.random.random() < rate:
            process = pipeline.play if rollback else before["pipeline"].rerun
            plan = rollback or before["plan"]
            world.start_process(self._roll_back(process, plan, history, pipeline.random))

    def is_outdated(self, name: str | None, pipeline_id: int) -> bool:
        """Whether a later pipeline has already deployed there."""
        history = self.site.production.get(name or "", [])
        return any(entry["pipeline"].payload["id"] > pipeline_id for entry in history)

    def _roll_back(
        self,
        job: Callable[[JobPlan, Person], Process],
        plan: JobPlan,
        history: list[Payload],
        random: Random,
    ) -> Process:
        """Hours later, unless something newer has been deployed by then."""
        world, length = self.site.world, len(history)
        yield world.until(world.now + random.randrange(15 * MINUTE, 5 * HOUR))
        if len(history) == length:
            person = next(item for item in PEOPLE if item.user_id == self.site.plan.team[0])
            yield from job(plan, person)
