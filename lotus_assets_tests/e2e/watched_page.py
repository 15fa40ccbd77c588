"""A page in Chromium, watched for what it must not do, and the folder that it is served from."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Request, sync_playwright

from lotus_assets_tests.e2e.test_interface import CHROMIUM, FLAGS, PATIENCE


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the folder over HTTP, as Pages serves it."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Watched:
    """A page, and what it did that it should not: violations, errors, requests of its own."""

    def __init__(self, browser: Browser, **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1400, "height": 1000}, **context)
        self.context.add_init_script(
            "window.violations = [];"
            "addEventListener('securitypolicyviolation',"
            " (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));"
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.said: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", self._note_request)

    def _note_message(self, message: ConsoleMessage) -> None:
        self.said.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.requested.append(request.url)
