"""The engineering baseline of the repository, and what must never be committed."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MAKE_TARGETS = (
    *("help", "run", "dev", "bench", "install", "lint", "format", "typecheck"),
    *("test", "test-unit", "test-integration", "test-e2e", "test-all", "check", "check-all"),
    *("ci-local", "ci-local-docker", "ci-local-docker-down", "check-deps"),
    *("docker-up", "docker-down"),
)
REQUIRED_CHECKS = {
    "Workflow Lint",
    "Lint & Dependency Checks",
    "Tests (unit)",
    "Tests (integration)",
    "Tests (e2e)",
    "Coverage Gate (Combined)",
    "Mypy (Full src)",
    "Validate Docker Build",
}
LOCKS = ("requirements.lock", "requirements-dev.lock")
TEXT_LIMIT = 2_000_000


def tracked_texts() -> list[tuple[str, str]]:
    """Name and content of every tracked file that is text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    paths = [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8", errors="replace"))
        for path in paths
        if path.stat().st_size < TEXT_LIMIT
    ]


def workflow(name: str) -> dict[str, Any]:
    text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def check_names(job: dict[str, Any]) -> set[str]:
    """The names under which GitHub reports a job: one for each suite of its matrix."""
    suites = job.get("strategy", {}).get("matrix", {}).get("suite", [""])
    return {job["name"].replace("${{ matrix.suite }}", suite) for suite in suites}


def test_the_container_that_does_what_ci_does_holds_the_whole_checkout() -> None:
    ignored, *kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored == "*"
    patterns = [pattern.removeprefix("!") for pattern in kept if pattern.startswith("!")]
    assert ".git" in patterns
    outside = {
        top
        for name, _ in tracked_texts()
        if not any(fnmatch(top := name.split("/")[0], pattern) for pattern in patterns)
    }
    assert outside == set()


@pytest.mark.parametrize("target", MAKE_TARGETS)
def test_make_knows_the_target(target: str) -> None:
    plan = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert plan.returncode == 0, plan.stderr
    assert plan.stdout.strip()


def test_make_alone_lists_the_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(MAKE_TARGETS) <= {line.split()[0] for line in listed.splitlines()}


def test_ci_reports_exactly_the_required_checks() -> None:
    jobs = workflow("ci.yml")["jobs"].values()
    assert set().union(*map(check_names, jobs)) == REQUIRED_CHECKS


def test_ci_calls_make_targets_that_exist() -> None:
    steps = [step for job in workflow("ci.yml")["jobs"].values() for step in job["steps"]]
    called = {
        target
        for step in steps
        for target in re.findall(r"\bmake (?:-\S+ )*([a-z-]+)", step.get("run", ""))
    }
    known = re.findall(
        r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert called <= set(known)
    assert {
        "lint",
        "pre-commit",
        "check-deps",
        "typecheck",
        "coverage-gate",
        "docker-build",
    } <= called


def test_the_image_is_probed_and_always_taken_down() -> None:
    steps = workflow("ci.yml")["jobs"]["docker"]["steps"]
    commands = [step.get("run", "") for step in steps]
    built, started, probed, removed = (
        next(index for index, command in enumerate(commands) if part in command)
        for part in ("make docker-build", "docker run", "curl", "docker rm")
    )
    assert built < started < probed < removed
    assert "in / /docs;" in commands[probed]
    assert steps[removed]["if"] == "always()"


def test_auto_merge_leaves_forks_alone() -> None:
    (job,) = workflow("pr-auto-merge.yml")["jobs"].values()
    assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]


def test_the_coverage_gate_is_95() -> None:
    assert "--fail-under=95" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_pull_request_template_asks_for_documents() -> None:
    template = (ROOT / ".github" / "pull_request_template.md").read_text(encoding="utf-8")
    assert "- [ ] Docs updated to match code changes" in template


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_locked_is_pinned_by_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line.strip()]
    assert len(requirements) > 50
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+ .*--hash=sha256:", requirement)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_registry(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_no_address_of_a_registry_is_tracked() -> None:
    hosts = "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(org|com)"))
    pattern = re.compile(rf"https?://[\w.-]*({hosts})|(extra-)?index-url\s*=")
    assert [name for name, text in tracked_texts() if pattern.search(text)] == []


def test_no_real_e_mail_address_is_tracked() -> None:
    pattern = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
    allowed = re.compile(r"@([a-z0-9-]+\.)*example\.(invalid|com)$", re.IGNORECASE)
    found = {
        (name, match[0])
        for name, text in tracked_texts()
        for match in pattern.finditer(text)
        if not allowed.search(match[0])
    }
    assert found == set()


def test_no_token_of_gitlab_is_tracked() -> None:
    pattern = re.compile("gl" + r"pat-[0-9A-Za-z_-]{20}")
    assert [name for name, text in tracked_texts() if pattern.search(text)] == []
