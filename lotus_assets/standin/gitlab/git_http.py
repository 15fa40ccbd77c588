"""Git over smart HTTP: a bridge to `git http-backend`, for fetching only.

Bodies are streamed both ways; a child whose client goes away is killed. Protocol v0 and v2,
filters and fetches by SHA are allowed, as on GitLab.
"""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from lotus_assets.standin.gitlab.authentication import REPOSITORY_SCOPES, Token
from lotus_assets.standin.gitlab.served_store import ServedStore, is_enabled

SERVICES = ("/info/refs", "/git-upload-pack")
CONFIGURATION = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "http.receivepack": "false",
    "safe.directory": "*",
}
CHUNK = 64 * 1024


class GitMissing(RuntimeError):
    """Git, or its `http-backend`, is not installed."""


def check_git() -> None:
    """Raise `GitMissing` with what to do when Git cannot serve HTTP here."""
    try:
        exec_path = subprocess.run(
            ["git", "--exec-path"], check=True, capture_output=True, text=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise GitMissing("git was not found: install it (Debian: apt install git)") from error
    if not (Path(exec_path) / "git-http-backend").exists():
        raise GitMissing(
            f"{exec_path} holds no git-http-backend: install the full git package "
            "(Debian: git, Alpine: git-daemon)"
        )


@dataclass
class GitDoor:
    """Serves `/<full path>.git/…` from the projects' repositories."""

    served: ServedStore
    parallel: int = 8
    """Children at once; further requests wait."""
    _places: asyncio.Semaphore | None = field(default=None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        request = Request(scope, receive)
        path, _, rest = request.url.path.strip("/").partition(".git/")
        service = "/" + rest
        repository, refusal = self._repository(path, service, request)
        if repository is None:
            await (refusal or _text(404, "Not Found"))(scope, receive, send)
            return
        if self._places is None:
            self._places = asyncio.Semaphore(self.parallel)
        async with self._places:
            await _serve(repository, service, request, receive, send)

    def _repository(
        self, path: str, service: str, request: Request
    ) -> tuple[Path | None, Response | None]:
        token: Token | None = request.scope["lotus.token"]
        data = self.served.project(path)
        is_public = data is not None and data.project.get("visibility") == "public"
        if token is None and not is_public:
            return None, unauthorized()
        wanted = request.query_params.get("service", "git-upload-pack")
        if service not in SERVICES or wanted != "git-upload-pack":
            return None, _text(403, "You are not allowed to push code to this project.")
        if token is not None and not token.scopes & REPOSITORY_SCOPES:
            return None, _text(403, "HTTP Basic: Access denied. The token lacks read_repository.")
        if data is None:
            return None, _text(404, "The project you were looking for could not be found.")
        if data.access == "forbidden" or not is_enabled(data.project, "repository"):
            return None, _text(403, "You are not allowed to download code from this project.")
        if data.repository is None:
            return None, _text(404, "A repository for this project does not exist yet.")
        return data.repository, None


def unauthorized() -> Response:
    """401 that makes Git ask for a password."""
    return Response(
        "HTTP Basic: Access denied.",
        status_code=401,
        media_type="text/plain",
        headers={"WWW-Authenticate": 'Basic realm="GitLab"'},
    )


def _text(status: int, message: str) -> Response:
    return Response(message + "\n", status_code=status, media_type="text/plain")


def _environment(repository: Path, service: str, request: Request) -> dict[str, str]:
    configuration = {"GIT_CONFIG_COUNT": str(len(CONFIGURATION))}
    for position, (key, value) in enumerate(CONFIGURATION.items()):
        configuration[f"GIT_CONFIG_KEY_{position}"] = key
        configuration[f"GIT_CONFIG_VALUE_{position}"] = value
    headers = {
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "HTTP_GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
    }
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PROJECT_ROOT": str(repository.parent.resolve()),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.name}{service}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.url.query,
        "REMOTE_USER": "reader",
        "REMOTE_ADDR": "127.0.0.1",
        **{name: value for name, value in headers.items() if value},
        **configuration,
    }


async def _serve(
    repository: Path, service: str, request: Request, receive: Receive, send: Send
) -> None:
    child = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(repository, service, request),
        start_new_session=True,
    )
    feeding = asyncio.create_task(_feed(child, receive))
    try:
        await _forward(child, send)
    finally:
        feeding.cancel()
        if child.returncode is None:
            _kill(child)
        await child.wait()


def _kill(child: asyncio.subprocess.Process) -> None:
    """End the child with all that it started: `git` runs http-backend, and that upload-pack."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


async def _feed(child: asyncio.subprocess.Process, receive: Receive) -> None:
    """Hand the request's body to the child, then wait for the client to go away."""
    assert child.stdin is not None  # noqa: S101 -- narrows for mypy
    has_more = True
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            _kill(child)
            return
        if not has_more:
            continue
        with suppress(BrokenPipeError, ConnectionResetError):
            child.stdin.write(message.get("body", b""))
            await child.stdin.drain()
        has_more = message.get("more_body", False)
        if not has_more:
            child.stdin.close()


async def _forward(child: asyncio.subprocess.Process, send: Send) -> None:
    assert child.stdout is not None  # noqa: S101 -- narrows for mypy
    status, headers = 200, []
    while line := (await child.stdout.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"status":
            status = int(value.split()[0])
        else:
            headers.append((name.lower(), value.strip()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    while chunk := await child.stdout.read(CHUNK):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
