"""`.ci/bench-history` and the workflows' own steps, against a bare repository as the remote."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / ".ci" / "bench-history"
WORKFLOWS = ROOT / ".github" / "workflows"
ADDRESS = "nobody@example.invalid"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=nobody", "-c", f"user.email={ADDRESS}", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Place:
    """A bare remote, and checkouts of its branch main from which the script is called."""

    folder: Path

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def checkout(self, name: str) -> Path:
        """A fresh checkout, as a workflow's runner has it."""
        git(self.folder, "clone", "--quiet", "--branch", "main", str(self.remote), name)
        return self.folder / name

    def published(self) -> dict[str, str]:
        """The files of gh-pages."""
        names = git(self.remote, "ls-tree", "-r", "--name-only", "gh-pages").splitlines()
        return {name: git(self.remote, "show", f"gh-pages:{name}") for name in names}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", "first")
    (tmp_path / "first" / ".ci").mkdir()
    (tmp_path / "first" / ".ci" / "bench-history").write_bytes(SCRIPT.read_bytes())
    (tmp_path / "first" / ".ci" / "bench-history").chmod(0o755)
    git(tmp_path / "first", "add", ".")
    git(tmp_path / "first", "commit", "--quiet", "--message", "Begin")
    git(tmp_path / "first", "push", "--quiet", str(tmp_path / "remote.git"), "main")
    return Place(tmp_path)


def call(
    checkout: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [".ci/bench-history", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )


def done(checkout: Path, *arguments: str) -> str:
    result = call(checkout, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def add_run(checkout: Path, name: str, dashboard: str) -> None:
    """What `make bench` leaves behind, as far as this script sees it."""
    runs = checkout / "history" / "runs" / "own"
    runs.mkdir(parents=True, exist_ok=True)
    (runs / f"{name}.json").write_text(f"{name}\n")
    (checkout / "history" / "index.html").write_text(f"{dashboard}\n")


def test_the_first_run_makes_the_branch_and_the_next_one_finds_it(place: Place) -> None:
    monday, tuesday = place.checkout("monday"), place.checkout("tuesday")
    assert "the history begins" in done(monday, "restore", "history")
    add_run(monday, "a", "a")
    assert "Published to gh-pages: 1 runs" in done(monday, "publish", "history", "Add a")
    assert "1 runs" in done(tuesday, "restore", "history")
    add_run(tuesday, "b", "a b")
    done(tuesday, "publish", "history", "Add b")
    assert place.published() == {
        "index.html": "a b",
        "runs/own/a.json": "a",
        "runs/own/b.json": "b",
    }
    # The code's own branch is as it was, and so is the checkout.
    assert git(place.remote, "log", "--format=%s", "main") == "Begin"
    assert git(place.remote, "log", "--format=%s", "gh-pages") == "Add b\nAdd a"
    assert git(monday, "rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_what_somebody_else_pushed_meanwhile_is_kept(place: Place) -> None:
    first, second = place.checkout("first-runner"), place.checkout("second-runner")
    done(first, "restore", "history")
    add_run(first, "a", "a")
    done(first, "publish", "history", "Add a")
    git(first / "history", "fetch", "--quiet", "origin")
    done(second, "restore", "history")
    add_run(first, "b", "a b")
    add_run(second, "c", "a c")
    done(second, "publish", "history", "Add c")
    rebuild = ["sh", "-c", "ls history/runs/own | tr '\\n' ' ' > history/index.html"]
    said = done(first, "publish", "history", "Add b", *rebuild)
    assert "Somebody else pushed" in said
    published = place.published()
    assert {name for name in published if name.startswith("runs")} == {
        "runs/own/a.json",
        "runs/own/b.json",
        "runs/own/c.json",
    }
    assert published["index.html"] == "a.json b.json c.json"
    assert git(place.remote, "log", "--format=%s", "gh-pages") == "Add b\nAdd c\nAdd a"


def test_what_was_put_on_the_branch_by_hand_meanwhile_stays(place: Place) -> None:
    first, second = place.checkout("first-runner"), place.checkout("by-hand")
    done(first, "restore", "history")
    add_run(first, "a", "a")
    done(first, "publish", "history", "Add a")
    done(second, "restore", "history")
    (second / "history" / "CNAME").write_text("speed.example.com\n")
    done(second, "publish", "history", "Name the site")
    add_run(first, "b", "a b")
    done(first, "publish", "history", "Add b", "sh", "-c", "echo rebuilt > history/index.html")
    published = place.published()
    assert published["CNAME"] == "speed.example.com"
    assert published["index.html"] == "rebuilt"
    assert {"runs/own/a.json", "runs/own/b.json"} < set(published)


def test_nothing_new_makes_no_commit(place: Place) -> None:
    checkout = place.checkout("runner")
    done(checkout, "restore", "history")
    add_run(checkout, "a", "a")
    done(checkout, "publish", "history", "Add a")
    assert "Nothing new" in done(checkout, "publish", "history", "Again")
    assert git(place.remote, "log", "--format=%s", "gh-pages") == "Add a"


@pytest.mark.parametrize("content", ["another\n", None], ids=["changed", "removed"])
def test_a_run_of_the_branch_is_final(place: Place, content: str | None) -> None:
    checkout = place.checkout("runner")
    done(checkout, "restore", "history")
    add_run(checkout, "a", "a")
    done(checkout, "publish", "history", "Add a")
    file = checkout / "history" / "runs" / "own" / "a.json"
    file.unlink() if content is None else file.write_text(content)
    result = call(checkout, "publish", "history", "Forge a")
    assert result.returncode == 1
    assert "runs are final, but these were changed or removed: runs/own/a.json" in result.stderr
    assert place.published()["runs/own/a.json"] == "a"


def test_a_remote_that_refuses_or_is_not_there_is_told(place: Place) -> None:
    checkout = place.checkout("runner")
    done(checkout, "restore", "history")
    add_run(checkout, "a", "a")
    done(checkout, "publish", "history", "Add a")
    add_run(checkout, "b", "b")
    hook = place.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    result = call(checkout, "publish", "history", "Add b")
    assert (result.returncode, "the remote refused the push" in result.stderr) == (1, True)
    git(checkout, "remote", "set-url", "origin", str(place.folder / "nowhere.git"))
    result = call(checkout, "restore", "other")
    assert (result.returncode, "the remote cannot be read" in result.stderr) == (1, True)


def test_a_folder_with_something_in_it_is_not_mixed_with_the_branch(place: Place) -> None:
    checkout = place.checkout("runner")
    add_run(checkout, "a", "a")
    result = call(checkout, "restore", "history")
    assert result.returncode == 1
    assert "history is not empty" in result.stderr


def steps(workflow: str) -> dict[str, str]:
    content = yaml.safe_load((WORKFLOWS / workflow).read_text(encoding="utf-8"))
    (job,) = content["jobs"].values()
    return {step["name"]: step["run"] for step in job["steps"] if "name" in step}


@pytest.mark.parametrize("workflow", ["performance-daily.yml", "performance-weekly.yml"])
def test_the_steps_of_the_workflows_restore_and_publish(place: Place, workflow: str) -> None:
    named = steps(workflow)
    variables = {**os.environ, "GITHUB_SHA": "0123456", "HISTORY_TOKEN": "not-a-token"}
    for name in ("a", "b"):
        checkout = place.checkout(name)
        for step in ("Restore the history from gh-pages", "Publish to gh-pages"):
            if step.startswith("Publish"):
                # Between the two the suites run, into the folder that the settings name.
                (checkout / "benchmarks-history").rename(checkout / "history")
                add_run(checkout, name, name)
                (checkout / "history").rename(checkout / "benchmarks-history")
            result = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", named[step]],
                cwd=checkout,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert result.returncode == 0, result.stderr
    assert set(place.published()) == {"index.html", "runs/own/a.json", "runs/own/b.json"}
    assert "not-a-token" not in (checkout / "benchmarks-history" / ".git" / "config").read_text()


@pytest.mark.parametrize("workflow", ["performance-daily.yml", "performance-weekly.yml"])
def test_a_broken_suite_is_seen_beside_the_table(tmp_path: Path, workflow: str) -> None:
    named = steps(workflow)
    (tmp_path / "Makefile").write_text(
        "bench:\n\t@echo a table\n\t@echo 'Measuring own' >&2\n"
        "\t@echo 'BROKEN: own: it gave no result' >&2\n"
    )
    said = ""
    for step in ("Measure, compare, make the dashboard", "Show the table"):
        result = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", named[step]],
            cwd=tmp_path,
            env={**os.environ, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        said = result.stdout
    assert said == "::warning::BROKEN: own: it gave no result\n"
    assert (tmp_path / "summary.md").read_text() == "```\na table\n```\n"


@pytest.mark.parametrize(
    ("workflow", "cron"),
    [("performance-daily.yml", "17 3 * * *"), ("performance-weekly.yml", "0 2 * * 0")],
)
def test_they_run_when_the_seed_says_and_block_nothing(workflow: str, cron: str) -> None:
    content = yaml.safe_load((WORKFLOWS / workflow).read_text(encoding="utf-8"))
    # YAML 1.1 reads the key `on` as true.
    assert content[True] == {"schedule": [{"cron": cron}], "workflow_dispatch": None}
    (job,) = content["jobs"].values()
    conditions = {step.get("name"): step.get("if") for step in job["steps"]}
    kept = "${{ !cancelled() && steps.measure.outcome != 'skipped' }}"
    assert conditions["Publish to gh-pages"] == kept, "a run is not lost with a failed page"
