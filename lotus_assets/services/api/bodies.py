"""Bodies of requests while they come in: small ones in memory, others in files.

Nothing else of the API is held for a body that is not there yet, and all bodies together have a
bound, so that clients who send slowly, or much, cost the others nothing.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

from starlette.requests import Request

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.problems import ErrorCode, ServiceProblem
from lotus_assets.services.request_bodies import Unread

MEGABYTE = 1_000_000
SMALL = 256_000
"""A body of fewer bytes stays in memory."""
LONG_WORK = 2_000_000
"""Bytes by periods of a body whose work is taken to be long."""

LEFT_SECONDS = 24 * 3600
"""A file this old belongs to no request: another API may use the same folder."""

Body = bytes | Path
"""What was sent, or the file that holds it."""


def is_long_work(body: Body) -> bool:
    """Whether a request is taken to need a worker for long, by what it holds and asks for."""
    if isinstance(body, Path):
        return True
    return len(body) * body.count(b'"period"') > LONG_WORK


class Bodies:
    """All bodies that are being read, or whose requests are not answered yet."""

    def __init__(self, settings: ApiSettings) -> None:
        """Nothing is there yet."""
        self._settings = settings
        self._largest = settings.lotus_api_body_megabytes * MEGABYTE
        self._most = settings.lotus_api_waiting * self._largest
        self._in_files = 0

    @property
    def folder(self) -> Path:
        """Where bodies are that do not stay in memory."""
        return self._settings.bodies_folder

    def prepare(self) -> None:
        """Make the folder; what an API that was killed left behind in it goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        oldest = time.time() - LEFT_SECONDS
        for left in self.folder.iterdir():
            if left.stat().st_mtime < oldest:
                left.unlink(missing_ok=True)

    @asynccontextmanager
    async def received(self, request: Request) -> AsyncIterator[Body]:
        """The request's body, kept until the context is left.

        Raises:
            Unread: it is larger than allowed (413), or was not there in time (408).
            ServiceProblem: SOURCE_UNAVAILABLE, bodies of others take all the room.
        """
        self._check_announced(request.headers.get("content-length", ""))
        incoming = _Incoming(self)
        try:
            await self._read(request, incoming)
            yield incoming.content()
        finally:
            incoming.discard()

    def _check_announced(self, length: str) -> None:
        if length.isdigit() and int(length) > self._largest:
            raise self._too_large()

    async def _read(self, request: Request, incoming: "_Incoming") -> None:
        seconds = self._settings.lotus_api_body_seconds
        try:
            async with asyncio.timeout(seconds):
                async for piece in request.stream():
                    if incoming.size + len(piece) > self._largest:
                        raise self._too_large()
                    incoming.add(piece)
        except TimeoutError as slow:
            detail = f"the body was not there within {seconds:g} seconds (LOTUS_API_BODY_SECONDS)"
            raise Unread(408, detail) from slow

    def _too_large(self) -> Unread:
        return Unread(
            413,
            f"the body is larger than {self._largest // MEGABYTE} MB (LOTUS_API_BODY_MEGABYTES): "
            "ask for fewer portfolios, positions or days at once",
        )

    def take(self, size: int) -> None:
        """Take room in files.

        Raises:
            ServiceProblem: SOURCE_UNAVAILABLE, there is none.
        """
        if self._in_files + size > self._most:
            raise ServiceProblem(
                ErrorCode.SOURCE_UNAVAILABLE,
                "too many large bodies are here at once (LOTUS_API_WAITING): ask again later",
            )
        self._in_files += size

    def give_back(self, size: int) -> None:
        """Give back room in files."""
        self._in_files -= size


def _open_file(folder: Path) -> IO[bytes]:
    """A file that goes when it is closed."""
    file: Any = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115  (its owner closes it)
    return file  # type: ignore[no-any-return]


class _Incoming:
    """One body: in memory while it is small, then in a file."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies, self._pieces = bodies, bytearray()
        self._file: IO[bytes] | None = None
        self._taken = 0
        self.size = 0

    def add(self, piece: bytes) -> None:
        """One more piece of it."""
        self.size += len(piece)
        self._pieces += piece
        if self._file is None and self.size >= SMALL:
            self._file = _open_file(self._bodies.folder)
        if self._file is not None:
            self._bodies.take(len(self._pieces))
            self._taken += len(self._pieces)
            self._file.write(self._pieces)
            self._pieces.clear()

    def content(self) -> Body:
        """The whole of it."""
        if self._file is None:
            return bytes(self._pieces)
        self._file.flush()
        return Path(self._file.name)

    def discard(self) -> None:
        """Remove it."""
        if self._file is not None:
            self._file.close()
            self._bodies.give_back(self._taken)
