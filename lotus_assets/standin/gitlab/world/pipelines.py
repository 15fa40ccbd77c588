"""Pipelines: jobs run in their order, fail, are retried, pressed by hand, and deploy."""

from random import Random

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world import ci_payloads
from lotus_assets.standin.gitlab.world.calendar import HOUR, MINUTE, SECOND, later_at_work, text
from lotus_assets.standin.gitlab.world.deployments import ROLLBACK, Deployments
from lotus_assets.standin.gitlab.world.people import Person, user
from lotus_assets.standin.gitlab.world.plans import JobPlan, When
from lotus_assets.standin.gitlab.world.simulation import Process, Site

_DONE = ("success", "failed")
CANCEL_RATE = 0.015


class Pipeline:
    """One pipeline and its jobs."""

    def __init__(
        self,
        site: Site,
        jobs: tuple[JobPlan, ...],
        person: Person,
        *,
        sha: str,
        ref: str,
        source: str,
        request_iid: int | None = None,
        is_tag: bool = False,
        name: str | None = None,
    ) -> None:
        """Create the pipeline with its jobs; `run` lets them happen."""
        self.site, self.plans, self.person = site, jobs, person
        world = site.world
        identifier = world.identifier("pipeline")
        self.random: Random = world.random(site.path, "pipeline", identifier)
        self.payload = ci_payloads.pipeline(
            identifier,
            site.next_iid("pipeline"),
            site.data.project,
            person,
            world.now,
            sha=sha,
            ref=ref,
            source=source,
            is_tag=is_tag,
        )
        self.payload["merge_request_iid"] = request_iid
        self.payload["name"] = name
        self.payload["stages"] = list(dict.fromkeys(plan.stage for plan in jobs))
        self.brief = ci_payloads.brief_pipeline(self.payload)
        self.deployments = Deployments(site)
        self._started: dict[int, int] = {}
        site.data.pipelines[identifier] = self.payload
        site.data.jobs[identifier] = []
        self.jobs = {plan.name: self._job(plan, person) for plan in jobs}

    def run(self) -> Process:
        """Everything that happens to the pipeline, for as long as it does."""
        world, random = self.site.world, self.random
        yield world.until(world.now + random.randrange(SECOND, 4 * SECOND))
        self._status("running")
        self.payload["started_at"] = text(world.now)
        self.payload["queued_duration"] = random.randrange(1, 9)
        if random.random() < CANCEL_RATE:
            yield world.until(world.now + random.randrange(MINUTE))
            self._cancel()
            return
        broken = {plan.name for plan in self.plans if random.random() < plan.failure_rate}
        yield from self._advance(self.plans, broken)
        failed = [plan for plan in self.plans if plan.name in broken]
        is_red = any(not plan.allow_failure for plan in failed)
        if failed and random.random() < 0.55:
            yield world.until(world.now + random.randrange(2 * MINUTE, 40 * MINUTE))
            yield from self._retry(failed)
        elif is_red and random.random() < 0.75:
            yield world.until(later_at_work(world.now, 2, random))
            yield from self._retry(failed)
        elif is_red:
            return
        yield from self._press()

    def rerun(self, plan: JobPlan, person: Person) -> Process:
        """Run a job once more, as a rollback does."""
        yield from self._retry([plan], person)

    def _cancel(self) -> None:
        now = text(self.site.world.now)
        for job in self.jobs.values():
            job["status"], job["finished_at"] = "canceled", now
        self.payload["finished_at"], self.payload["duration"] = now, 0
        self._status("canceled")

    def _advance(self, plans: tuple[JobPlan, ...] | list[JobPlan], broken: set[str]) -> Process:
        world = self.site.world
        moments = sorted(
            self._moments(plans, broken), key=lambda moment: (moment[0], moment[1]["id"])
        )
        started = world.now
        for instant, job, status, plan in moments:
            yield world.until(instant)
            self._move(job, status, plan)
        latest = {name: job["status"] for name, job in self.jobs.items()}
        blocking = {plan.name for plan in self.plans if not plan.allow_failure}
        failed = any(latest[name] == "failed" for name in blocking)
        self.payload["finished_at"] = text(world.now)
        self.payload["duration"] = (self.payload["duration"] or 0) + (world.now - started) // SECOND
        self._status("failed" if failed else "success")

    def _moments(
        self, plans: tuple[JobPlan, ...] | list[JobPlan], broken: set[str]
    ) -> list[tuple[int, Payload, str, JobPlan]]:
        now = self.site.world.now
        moments: list[tuple[int, Payload, str, JobPlan]] = []
        finish = dict.fromkeys(self.jobs, now)
        halted = {plan.name for plan in self.plans if plan.is_manual}
        stage_ready = now
        for stage in self.payload["stages"]:
            here = [plan for plan in plans if plan.stage == stage]
            previous_halt = any(
                name in broken or name in halted
                for plan in self.plans
                if self._is_before(plan, stage) and not plan.allow_failure
                for name in (plan.name,)
            )
            for plan in here:
                job = self.jobs[plan.name]
                needed = plan.needs
                ready = (
                    stage_ready
                    if needed is None
                    else max((finish[name] for name in needed if name in finish), default=now)
                )
                stops = (
                    previous_halt
                    if needed is None
                    else any(name in broken or name in halted for name in needed)
                )
                if stops:
                    halted.add(plan.name)
                    moments.append((ready, job, "skipped", plan))
                elif plan.is_manual:
                    moments.append((ready, job, "manual", plan))
                else:
                    start = ready + self.random.randrange(SECOND, 25 * SECOND)
                    spread = self.random.lognormvariate(0, 0.25)
                    finish[plan.name] = start + max(SECOND, int(plan.seconds * spread * SECOND))
                    status = "failed" if plan.name in broken else "success"
                    moments.append((start, job, "running", plan))
                    moments.append((finish[plan.name], job, status, plan))
            stage_ready = max([stage_ready, *(finish[plan.name] for plan in here)])
        return moments

    def _is_before(self, plan: JobPlan, stage: str) -> bool:
        stages: list[str] = self.payload["stages"]
        return stages.index(plan.stage) < stages.index(stage)

    def _retry(self, plans: list[JobPlan], person: Person | None = None) -> Process:
        again = list(plans)
        for plan in plans:
            self.jobs[plan.name]["retried"] = True
            self.jobs[plan.name] = self._job(plan, person or self.person)
        for plan in self.plans:
            if self.jobs[plan.name]["status"] == "skipped":
                again.append(plan)
                self.jobs[plan.name]["status"] = "created"
        self._status("running")
        pressed = [
            plan if not plan.is_manual or plan not in plans else _automatic(plan) for plan in again
        ]
        yield from self._advance(pressed, set())

    def _press(self) -> Process:
        world, random = self.site.world, self.random
        for plan in self.plans:
            if plan.name.startswith(ROLLBACK) or self.jobs[plan.name]["status"] != "manual":
                continue
            if random.random() > 0.6:
                continue
            yield world.until(
                later_at_work(world.now + random.choice((0, 0, 18)) * HOUR, 3, random)
            )
            if self.deployments.is_outdated(plan.environment, self.payload["id"]):
                continue
            yield from self.play(plan, self.person)

    def play(self, plan: JobPlan, person: Person) -> Process:
        """Somebody starts a manual job."""
        self.jobs[plan.name]["user"] = user(person)
        self._status("running")
        yield from self._advance([_automatic(plan)], set())

    def _job(self, plan: JobPlan, person: Person) -> Payload:
        needs = None if plan.needs is None else [name for name in plan.needs if self._has(name)]
        job = ci_payloads.job(
            self.site.world.identifier("job"),
            self.payload,
            self.brief,
            self.site.briefs[self.payload["sha"]],
            user(person),
            self.site.world.now,
            name=plan.name,
            stage=plan.stage,
            kind="bridge" if plan.child else "build",
            allow_failure=plan.allow_failure,
            needs=needs,
            is_manual=plan.is_manual,
        )
        self.site.data.jobs[self.payload["id"]].append(job)
        return job

    def _has(self, name: str) -> bool:
        return any(plan.name == name for plan in self.plans)

    def _move(self, job: Payload, status: str, plan: JobPlan) -> None:
        world = self.site.world
        job["status"] = status
        if status == "running":
            job["started_at"] = text(world.now)
            job["queued_duration"] = self.random.randrange(1, 90) / 10
            self._started[job["id"]] = world.now
            if plan.environment:
                self.deployments.begin(job, plan.environment)
            if plan.child:
                self._trigger(job, plan)
        elif status in _DONE:
            job["finished_at"] = text(world.now)
            job["duration"] = (world.now - self._started.pop(job["id"])) / SECOND
            if status == "failed" and plan.child == ():
                job["failure_reason"] = "script_failure"
            if plan.environment:
                self.deployments.finish(self, job, plan, status)

    def _trigger(self, job: Payload, plan: JobPlan) -> None:
        child = Pipeline(
            self.site,
            plan.child,
            self.person,
            sha=self.payload["sha"],
            ref=self.payload["ref"],
            source="parent_pipeline",
            request_iid=self.payload["merge_request_iid"],
        )
        child.payload["upstream_id"] = self.payload["id"]
        job["downstream_pipeline"] = child.brief
        self.site.world.start_process(child.run())

    def _status(self, status: str) -> None:
        now = text(self.site.world.now)
        self.payload["status"] = self.brief["status"] = status
        self.payload["updated_at"] = self.brief["updated_at"] = now


def _automatic(plan: JobPlan) -> JobPlan:
    """A manual job after somebody pressed it."""
    return JobPlan(
        plan.name,
        plan.stage,
        plan.seconds,
        plan.when,
        (),
        plan.allow_failure,
        environment=plan.environment,
    )


def start_pipeline(
    site: Site,
    when: When,
    person: Person,
    *,
    sha: str,
    ref: str,
    source: str,
    request_iid: int | None = None,
    name: str | None = None,
) -> Pipeline | None:
    """Create a pipeline of the jobs that run on this occasion, and let it run."""
    jobs = tuple(plan for plan in site.plan.jobs if when in plan.when)
    if not jobs or not site.data.project["jobs_enabled"]:
        return None
    pipeline = Pipeline(
        site,
        jobs,
        person,
        sha=sha,
        ref=ref,
        source=source,
        request_iid=request_iid,
        is_tag=when == "tag",
        name=name,
    )
    site.world.start_process(pipeline.run())
    return pipeline
