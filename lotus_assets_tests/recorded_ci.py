"""Recorded pipelines, jobs and deployments, each kind in the project that it came from.

The three projects have no recorded repository: theirs is empty, and the SHAs are as recorded.
Their projects and groups are made up from the addresses in the payloads.
"""

from pathlib import Path

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import milliseconds
from lotus_assets.standin.gitlab.world.disk import write
from lotus_assets.standin.gitlab.world.repository import Repository

CHARTS, VDEV, PIP_TEST = "merico-dev/ee/charts", "merico-dev/ee/vdev.co", "merico/pip_test"
_DETAILS = ("user", "started_at", "finished_at", "duration", "name", "merge_request_iid")


def add_ci_projects(store: Store, pages: dict[str, list[Payload]], directory: Path) -> None:
    """Add the projects whose CI was recorded, with empty repositories below `directory`."""
    for identifier, (path, name) in enumerate(
        (("merico-dev", "Merico"), ("merico-dev/ee", "EE"), ("merico", "Merico tests")), start=21
    ):
        parent = store.groups.get(path.rpartition("/")[0])
        store.groups[path] = payloads.group(identifier, path, name, parent)
    charts, vdev, pip_test = (
        _project(store, path, identifier, directory)
        for identifier, path in enumerate((CHARTS, VDEV, PIP_TEST), start=12345679)
    )
    for page in pages.get("pipelines", []):
        _pipeline(charts, page["data"])
    for page in pages.get("pipeline_details", []):
        _pipeline(vdev, page["data"])
    for page in pages.get("deployments", []):
        _deployment(vdev, page["data"])
    for page in pages.get("jobs", []):
        _job(pip_test, page["data"])


def _project(store: Store, path: str, identifier: int, directory: Path) -> ProjectData:
    folder, _, name = path.rpartition("/")
    project = payloads.project(
        identifier,
        name,
        store.groups[folder],
        default_branch=None,
        created_at=milliseconds(store.now),
    )
    project["empty_repo"] = True
    data = ProjectData(project, repository=directory / f"{identifier}.git")
    write(Repository("master"), directory / f"{identifier}.git")
    store.projects[identifier] = data
    return data


def _pipeline(data: ProjectData, recorded: Payload) -> Payload:
    known = data.pipelines.get(recorded["id"])
    if known is not None:
        return known
    project = data.project
    payload = {
        **dict.fromkeys(_DETAILS),
        "iid": None,
        "source": "unknown",
        "stages": [],
        **recorded,
        "project_id": project["id"],
    }
    # GitLab leaves it out for pipelines that never moved; the listing still sorts by it.
    payload["updated_at"] = payload.get("updated_at") or payload["created_at"]
    payload["iid"] = payload["iid"] or len(data.pipelines) + 1
    data.pipelines[recorded["id"]] = payload
    data.jobs[recorded["id"]] = []
    project["created_at"] = min(project["created_at"], recorded["created_at"])
    return payload


def _job(data: ProjectData, recorded: Payload) -> Payload:
    pipeline = _pipeline(data, {"created_at": recorded["created_at"], **recorded["pipeline"]})
    job = {
        **recorded,
        "retried": False,
        "needs": None,
        "scheduling_type": "stage",
        "kind": "build",
    }
    data.jobs[pipeline["id"]].append(job)
    data.jobs[pipeline["id"]].sort(key=lambda entry: int(entry["id"]))
    if job["stage"] not in pipeline["stages"]:
        pipeline["stages"].append(job["stage"])
    return job


def _deployment(data: ProjectData, recorded: Payload) -> None:
    if recorded.get("deployable"):
        recorded = {**recorded, "deployable": _job(data, recorded["deployable"])}
    data.deployments.append(recorded)
    data.deployments.sort(key=lambda entry: int(entry["id"]))
    names = {environment["name"] for environment in data.environments}
    if recorded["environment"]["name"] not in names:
        data.environments.append(
            {**recorded["environment"], "tier": None, "state": "available", "auto_stop_at": None}
        )
