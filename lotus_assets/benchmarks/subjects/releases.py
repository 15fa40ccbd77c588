"""Back-filling: released versions of rangebar, measured now, filed under the day they came out."""

import platform
import shutil
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lotus_assets.benchmarks.subjects.environment import uv
from lotus_assets.benchmarks.subjects.rangebar_subject import LOCK, measure_with
from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed

PACKAGE = "rangebar"
PROJECT = """\
[project]
name = "release-of-rangebar"
version = "0"
requires-python = "==3.11.*"
dependencies = ["rangebar=={version}", "pytest", "pytest-benchmark"]

[tool.uv]
package = false
environments = ["sys_platform == 'linux' and platform_machine == '{machine}'"]
constraint-dependencies = [{constraints}]
"""


@dataclass(frozen=True)
class MeasuredRelease:
    """One release, its suite's pytest-benchmark JSON, and when it was published (None: unknown)."""

    version: str
    released_at: datetime | None
    file: Path


def measure_release(version: str, folder: Path, *, weekly: bool = False) -> MeasuredRelease:
    """Install `version` from PyPI below `folder`, measure it there, remove the installation.

    Everything else has the versions of rangebar's lock, so that releases differ in rangebar alone;
    uv checks the hashes that PyPI gives.

    Raises:
        SubjectFailed: the version does not exist, does not install on this Python, or its suite
            measures nothing.
    """
    project = folder / f"{PACKAGE}-{version}"
    project.mkdir(parents=True, exist_ok=True)
    try:
        released_at = install_release(version, project)
        file = measure_with(
            (project / ".venv" / "bin" / "python").absolute(),
            folder / f"{PACKAGE}-{version}.json",
            weekly=weekly,
        )
    except SubjectFailed as error:
        raise SubjectFailed(f"{PACKAGE} {version}: {error}") from error
    finally:
        shutil.rmtree(project, ignore_errors=True)
    return MeasuredRelease(version, released_at, file)


def install_release(version: str, project: Path) -> datetime | None:
    """Make `project/.venv` with that release; returns when its first file was published."""
    constraints = ", ".join(f'"{pin}"' for pin in pins(LOCK) if not pin.startswith(f"{PACKAGE}=="))
    text = PROJECT.format(version=version, machine=platform.machine(), constraints=constraints)
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    uv("lock", "--quiet", "--python", sys.executable, folder=project)
    uv("sync", "--quiet", "--locked", "--python", sys.executable, folder=project)
    return published_at(project / "uv.lock")


def pins(lock: Path) -> list[str]:
    """The `name==version` of every package in a requirements lock."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith((" ", "#", "\t"))]


def published_at(uv_lock: Path) -> datetime | None:
    """When the first file of rangebar's release reached the index, by uv's own lock file."""
    packages = tomllib.loads(uv_lock.read_text(encoding="utf-8"))["package"]
    [release] = [package for package in packages if package["name"] == PACKAGE]
    files = [*release.get("wheels", []), release.get("sdist", {})]
    times = [datetime.fromisoformat(file["upload-time"]) for file in files if "upload-time" in file]
    return min(times).astimezone(UTC) if times else None
