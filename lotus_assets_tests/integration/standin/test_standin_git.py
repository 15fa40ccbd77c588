"""Git through the stand-in: partial clones, incremental fetches, access."""

import base64
import os
import shutil
import socket
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest

from lotus_assets.standin.gitlab import git_http
from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.integration.standin.conftest import project_named
from lotus_assets_tests.standin_fixtures import StandinFactory

PATH = "toman/core/checkout"
IDENTITY = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.invalid",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.invalid",
}


def git(
    *arguments: str | Path, token: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **IDENTITY,
    }
    if token is not None:
        credentials = base64.b64encode(f"oauth2:{token}".encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
        }
    return subprocess.run(
        ["git", *arguments], check=check, capture_output=True, text=True, env=environment
    )


@pytest.fixture
def own_repository(young_store: Store, tmp_path: Path) -> ProjectData:
    """The checkout project with a copy of its repository that a test may change."""
    data = project_named(young_store, PATH)
    assert data.repository is not None
    copied = tmp_path / "origin.git"
    shutil.copytree(data.repository, copied)
    data.repository = copied
    return data


def refs(repository: Path) -> str:
    return git("-C", repository, "for-each-ref", "--format=%(objectname) %(refname)").stdout


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_a_clone_without_trees_has_every_commit(
    protocol: str, world_server: StandinServer, young_world: Store, tmp_path: Path
) -> None:
    origin = project_named(young_world, PATH).repository
    assert origin is not None
    url = f"{world_server.url}/{PATH}.git"
    clone = tmp_path / "clone.git"
    arguments = ("-c", f"protocol.version={protocol}", "clone", "--bare", "--filter=tree:0", url)
    git(*arguments, clone, token=world_server.token)
    kinds = git("-C", clone, "cat-file", "--batch-check=%(objecttype)", "--batch-all-objects")
    assert "tree" not in kinds.stdout.split()
    commits = git("-C", origin, "rev-list", "--branches", "--tags").stdout
    assert git("-C", clone, "rev-list", "--branches", "--tags").stdout == commits
    assert commits


def test_a_fetch_brings_what_is_new(
    standin: StandinFactory, young_store: Store, own_repository: ProjectData, tmp_path: Path
) -> None:
    server = standin(young_store)
    origin = own_repository.repository
    assert origin is not None
    clone = tmp_path / "clone.git"
    url = f"{server.url}/{PATH}.git"
    git("clone", "--bare", "--filter=tree:0", url, clone, token=server.token)
    tree = git("-C", origin, "rev-parse", "main^{tree}").stdout.strip()
    new = git("-C", origin, "commit-tree", tree, "-p", "main", "-m", "new").stdout.strip()
    git("-C", origin, "update-ref", "refs/heads/main", new)
    seen = len(server.requests)
    fetch = ("-C", clone, "fetch", "origin", "+refs/heads/*:refs/heads/*")
    git(*fetch, token=server.token)
    assert git("-C", clone, "rev-parse", "main").stdout.strip() == new
    assert {request.status for request in server.requests[seen:]} == {200}


def test_a_commit_without_a_ref_can_be_fetched_by_its_sha(
    standin: StandinFactory, young_store: Store, own_repository: ProjectData, tmp_path: Path
) -> None:
    server = standin(young_store)
    origin = own_repository.repository
    assert origin is not None
    tree = git("-C", origin, "rev-parse", "main^{tree}").stdout.strip()
    lost = git("-C", origin, "commit-tree", tree, "-p", "main", "-m", "lost").stdout.strip()
    clone = tmp_path / "clone.git"
    git("init", "--bare", clone)
    url = f"{server.url}/{PATH}.git"
    git("-C", clone, "fetch", "--filter=tree:0", url, lost, token=server.token)
    assert git("-C", clone, "cat-file", "-t", lost).stdout.strip() == "commit"


def test_refs_are_listed_by_one_request(
    standin: StandinFactory, young_world: Store, tmp_path: Path
) -> None:
    server = standin(young_world)
    url = f"{server.url}/{PATH}.git"
    listed = git("-c", "protocol.version=0", "ls-remote", url, token=server.token).stdout
    origin = project_named(young_world, PATH).repository
    assert origin is not None
    kept = {line.split()[1] for line in refs(origin).splitlines()}
    shown = {name for name in kept if not name.startswith("refs/keep-around/")}
    assert shown <= {line.split("\t")[1] for line in listed.splitlines()}
    assert len(server.requests) == 1


def test_compressed_request_bodies_are_understood(
    standin: StandinFactory, young_store: Store, own_repository: ProjectData, tmp_path: Path
) -> None:
    """Git compresses requests beyond 1 KiB: here, one that wants every branch by name."""
    origin = own_repository.repository
    assert origin is not None
    main = git("-C", origin, "rev-parse", "main").stdout.strip()
    tree = git("-C", origin, "rev-parse", "main^{tree}").stdout.strip()
    for number in range(60):
        made = git("-C", origin, "commit-tree", tree, "-p", main, "-m", str(number))
        git("-C", origin, "update-ref", f"refs/heads/many/{number}", made.stdout.strip())
    server = standin(young_store)
    clone = tmp_path / "clone.git"
    git("clone", "--bare", "--filter=tree:0", f"{server.url}/{PATH}.git", clone, token=server.token)
    assert refs(clone).count("refs/heads/many/") == 60


@pytest.mark.parametrize("token", [None, "glpat-unknown"])
def test_git_is_asked_for_a_password(token: str | None, world_server: StandinServer) -> None:
    url = f"{world_server.url}/{PATH}.git"
    refused = git("ls-remote", url, token=token, check=False)
    assert refused.returncode != 0
    assert "Authentication failed" in refused.stderr or "could not read" in refused.stderr
    headers = {} if token is None else {"PRIVATE-TOKEN": token}
    response = httpx.get(f"{url}/info/refs?service=git-upload-pack", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Basic realm="GitLab"'


def test_a_token_without_read_repository_may_not_fetch(
    standin: StandinFactory, young_world: Store
) -> None:
    narrow = Token("glpat-api-only", frozenset({"read_api"}))
    server = standin(young_world, tokens=[narrow])
    refused = git("ls-remote", f"{server.url}/{PATH}.git", token=narrow.value, check=False)
    assert "403" in refused.stderr


def test_pushing_is_refused(world_server: StandinServer, tmp_path: Path) -> None:
    url = f"{world_server.url}/{PATH}.git"
    clone = tmp_path / "clone.git"
    git("clone", "--bare", "--filter=tree:0", url, clone, token=world_server.token)
    refused = git(
        "-C", clone, "push", url, "main:refs/heads/x", token=world_server.token, check=False
    )
    assert refused.returncode != 0
    assert "403" in refused.stderr


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda data: setattr(data, "access", "forbidden"), 403),
        (lambda data: setattr(data, "repository", None), 404),
        (lambda data: data.project.update(repository_access_level="disabled"), 403),
    ],
    ids=["forbidden", "no repository", "switched off"],
)
def test_repositories_that_cannot_be_read(
    change: object, status: int, standin: StandinFactory, young_store: Store
) -> None:
    assert callable(change)
    change(project_named(young_store, PATH))
    server = standin(young_store)
    url = f"{server.url}/{PATH}.git/info/refs?service=git-upload-pack"
    assert httpx.get(url, headers={"PRIVATE-TOKEN": server.token}).status_code == status


def test_a_child_ends_when_its_client_goes_away(world_server: StandinServer) -> None:
    """The request's body never ends; the client hangs up instead."""
    before = set(psutil.Process().children(recursive=True))
    url = httpx.URL(f"{world_server.url}/{PATH}.git/git-upload-pack")
    with socket.create_connection((url.host, url.port or 80)) as connection:
        head = (
            f"POST {url.path} HTTP/1.1\r\nHost: {url.host}\r\n"
            f"PRIVATE-TOKEN: {world_server.token}\r\n"
            "Content-Type: application/x-git-upload-pack-request\r\n"
            "Content-Length: 100000\r\n\r\n0011command=ls-refs"
        )
        connection.sendall(head.encode())
        started: set[psutil.Process] = set()
        while not started:
            started = set(psutil.Process().children(recursive=True)) - before
    _ended, alive = psutil.wait_procs(list(started), timeout=20)
    assert alive == []


def test_a_missing_http_backend_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(git_http.GitMissing, match="install it"):
        git_http.check_git()
    fake = tmp_path / "git"
    fake.write_text(f"#!/bin/sh\necho {tmp_path}\n", encoding="utf-8")
    fake.chmod(0o755)
    with pytest.raises(git_http.GitMissing, match="no git-http-backend"):
        git_http.check_git()
