"""What is not imported before it is needed: every run, every refusal and every pod waits for it."""

import subprocess
import sys

CLIENTS = {"alembic", "gitlab", "graphql", "httpx", "psutil", "psycopg", "requests", "tenacity"}
CALCULATING = {"ruptures", "scipy"}
DRAWING = {"jinja2", "matplotlib", "rich"}
SERVING = {"dulwich", "fastapi", "lotus_assets.services", "simpy", "starlette", "uvicorn"}
STANDIN = {"lotus_assets.standin"}


def loaded_by(statement: str) -> set[str]:
    """The modules of a fresh interpreter after `statement`."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_definitions_load_no_library_that_only_a_step_needs() -> None:
    modules = loaded_by("import lotus_assets.definitions")
    assert "lotus_assets.analytics" in modules
    assert not modules & (CLIENTS | CALCULATING | DRAWING | SERVING | STANDIN)
