"""What tests of killed collections share: a run of the command, and what must hold after the next.

lotus-core is left out of them; test_killed_portfolio_runs.py kills its side.
"""

import subprocess
import sys
from collections.abc import Set
from datetime import date, datetime
from pathlib import Path

from lotus_assets.standin.gitlab.__main__ import SEED
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets.standin.gitlab.world.build import build_store
from lotus_assets_tests.e2e.place import Place, leftovers
from lotus_assets_tests.integration.runs.contents import differences

ANCHOR = "2026-03-31"
AS_OF = "2025-11-20T12:00:00+01:00"
"""Seven weeks of the sample organisation: every entity, and a run of some seconds."""

NO_LOTUS_CORE = {"LOTUS_CORE_URL": "http://127.0.0.1:9", "LOTUS_CORE_ATTEMPTS": "1"}
"""Nothing listens on the discard port."""
NOT_READY = 2


def sample_world(folder: Path) -> Store:
    """The sample organisation as the embedded stand-in builds it."""
    instant = datetime.fromisoformat(AS_OF)
    return build_store(SEED, date.fromisoformat(ANCHOR), instant, folder)


def assert_all_but_lotus_core(done: "subprocess.CompletedProcess[str]") -> None:
    """GitLab was collected and everything was worked out."""
    assert done.returncode == NOT_READY, done.stderr
    assert "lotus-core was left out: " in done.stderr
    assert "GitLab was left out: " not in done.stderr
    assert "FAILED" not in done.stderr


def variables(server: StandinServer) -> dict[str, str]:
    """The environment of a run that collects from `server`."""
    sample = Path(sys.modules[build_store.__module__].__file__ or "").parents[2]
    return {
        **NO_LOTUS_CORE,
        "GITLAB_API_URL": server.url,
        "GITLAB_API_TOKEN": server.token,
        "TEM_ORG_FILE": str(sample / "sample_organisation.yaml"),
    }


def assert_same_after_another_run(
    place: Place, server: StandinServer, undisturbed: dict[str, Set[str]]
) -> None:
    """Nothing of the killed run is alive, and the next one makes the tables what they should be."""
    assert leftovers(place) == []
    done = place.run("run", **variables(server))
    assert_all_but_lotus_core(done)
    assert leftovers(place) == []
    assert differences(undisturbed, place.rows()) == {}
