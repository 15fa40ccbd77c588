"""A lotus-core of a few payloads on loopback, which can be made to fail in many ways."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lotus_assets.sources.lotus_core.wire_format import ARROW

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What one request gets. `cut` bytes are sent of a body that promises more."""

    status: int = 200
    content: bytes = b""
    media_type: str = ARROW
    cut: int | None = None
    resets: bool = False
    release: threading.Event | None = None


def problem(status: int, code: str, detail: str = "said so") -> Reply:
    text = json.dumps({"title": code, "status": status, "code": code, "detail": detail})
    return Reply(status, text.encode(), "application/problem+json")


def listing(field_name: str, entries: list[Body], as_of: str) -> Reply:
    text = json.dumps({"as_of_date": as_of, field_name: entries})
    return Reply(200, text.encode(), "application/json")


Respond = Callable[[Body], Reply]


@dataclass
class CoreServer:
    """Answers by path; `seen` are the requests in order: path, body, headers."""

    url: str = ""
    paths: dict[str, Respond] = field(default_factory=dict)
    seen: list[tuple[str, Body, dict[str, str]]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answers(self, path: str, *replies: Reply) -> None:
        """Answer one after the other; the last one again and again."""
        waiting = list(replies)

        def respond(_body: Body) -> Reply:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        self.paths[path] = respond

    def bodies(self, path: str) -> list[Body]:
        """Bodies of the requests to a path."""
        return [body for at, body, _ in self.seen if at == path]


@contextmanager
def core_server() -> Iterator[CoreServer]:
    """A server while the context lasts."""
    core = CoreServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._answer(json.loads(self.rfile.read(length)))

        def _answer(self, body: Body) -> None:
            path = self.path.partition("?")[0]
            with core.lock:
                core.seen.append((path, body, dict(self.headers.items())))
                core.under_way += 1
                core.most_under_way = max(core.most_under_way, core.under_way)
                respond = core.paths.get(path)
                reply = respond(body) if respond else problem(404, "RESOURCE_NOT_FOUND")
            try:
                if reply.release is not None:
                    reply.release.wait(10)
                self._send(reply)
            finally:
                with core.lock:
                    core.under_way -= 1

        def _send(self, reply: Reply) -> None:
            if reply.resets:
                linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media_type)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            sent = reply.content if reply.cut is None else reply.content[: reply.cut]
            self.wfile.write(sent)
            if reply.cut is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    core.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield core
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
