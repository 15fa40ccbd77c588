"""`.ci/audit` against a real pip-audit and a vulnerability service of ours on loopback."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VULNERABILITY = {
    "id": "GHSA-xxxx-yyyy-zzzz",
    "summary": "An example.",
    "details": "An example.",
    "affected": [
        {
            "package": {"name": "semver", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        }
    ],
}


@contextmanager
def service(answer: dict[str, object]) -> Iterator[str]:
    """A service that gives `answer` to every question (the OSV API's shape). Its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """One requirement of ours as it is locked."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    start = text.index("\nsemver==") + 1
    end = text.index("\n", text.rindex("--hash", 0, text.index("==", start + 10)))
    path = tmp_path / "some.lock"
    path.write_text(text[start:end] + "\n", encoding="utf-8")
    return path


def audit(lock: Path, url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    pip_audit = Path(sys.executable).parent / "pip-audit"
    return subprocess.run(
        [ROOT / ".ci" / "audit", pip_audit, lock, "-s", "osv", "--osv-url", url],
        env={"PATH": "/usr/bin:/bin", "HOME": str(lock.parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_clean(lock: Path) -> None:
    with service({}) as url:
        answer = audit(lock, url)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Audited, nothing known")


def test_vulnerable(lock: Path) -> None:
    with service({"vulns": [VULNERABILITY]}) as url:
        answer = audit(lock, url)
    assert answer.returncode == 1
    assert answer.stderr.startswith("VULNERABLE")
    assert "GHSA-xxxx-yyyy-zzzz" in answer.stderr


@pytest.mark.parametrize(("required", "code"), [("0", 0), ("1", 3)])
def test_not_audited(lock: Path, required: str, code: int) -> None:
    with service({}) as url:
        pass
    answer = audit(lock, url, AUDIT_REQUIRED=required)
    assert answer.returncode == code
    assert answer.stderr.startswith("NOT AUDITED")
