"""What `make run` and `make dev` need before Dagster starts: started, asked, and stopped again.

Everything here ends up in environment variables, because Dagster's own processes read them too.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lotus_assets.commands.surroundings.checks import (
    LOOPBACK,
    NoLotusCore,
    NotReady,
    check_first_day,
)
from lotus_assets.commands.surroundings.lotus_core_preparation import lotus_core
from lotus_assets.commands.surroundings.processes import ProcessFailed, first_line, running
from lotus_assets.commands.surroundings.warehouse_database import Say, database
from lotus_assets.settings import Settings
from lotus_assets.sources.gitlab.errors import AccessError, UnreachableError
from lotus_assets.sources.gitlab.source import GitLabSource
from lotus_assets.sources.organisation import organisation_of
from lotus_assets.sources.warehouse.connection import dagster_url

STANDIN_SECONDS = 600
"""The first start writes the sample's Git repositories."""

EVENT_BATCH = 1000
"""Events of one step's partitions that Dagster stores at once instead of one by one: sixteen shards
of twenty assets are 640 of them, and a run with nothing new took half its time for it."""

URL = re.compile(r"http://[\w.]+:\d+")

SAMPLE_ORGANISATION = Path(__file__).parents[2] / "standin" / "sample_organisation.yaml"

SIDES = frozenset({GITLAB := "GitLab", LOTUS_CORE := "lotus-core"})
"""One that cannot be had stops nothing of the other."""


def check_gitlab_access(settings: Settings, say: Say) -> None:
    """The token is good for the root groups that the environment or the org file names.

    A GitLab that is overloaded or being updated is waited for (TEM_GITLAB_START_WAIT).

    Raises:
        AccessError: wrong token, missing scope, unknown root group.
        UnreachableError: nothing answers at the address.
    """
    url, token = settings.gitlab_api_url, settings.gitlab_api_token
    if url is None or token is None:
        raise NotReady("GITLAB_API_URL and GITLAB_API_TOKEN must both be set.")
    with GitLabSource.from_settings(settings, url=url, token=token.get_secret_value()) as source:
        # Without named groups those of the token's user are read, which exist.
        roots = settings.root_groups or organisation_of(settings).roots
        try:
            source.check_access(roots, say)
        except UnreachableError as error:
            raise UnreachableError(
                f"{error}. GITLAB_API_URL is {url}: look whether the address is right and answers "
                f"from here (network, VPN, proxy, certificate), as `curl --head {url}` does; unset "
                "it and GITLAB_API_TOKEN to use the sample organisation."
            ) from error


@contextmanager
def gitlab(settings: Settings, say: Say) -> Iterator[dict[str, str]]:
    """Variables that name GitLab: the reader's, else the stand-in's, started here.

    Raises:
        ProcessFailed: the stand-in does not start.
    """
    if settings.gitlab_api_url is not None and settings.gitlab_api_token is not None:
        yield {
            "GITLAB_API_URL": settings.gitlab_api_url,
            "GITLAB_API_TOKEN": settings.gitlab_api_token.get_secret_value(),
        }
        return
    data = settings.tem_data_dir.resolve()
    data.mkdir(parents=True, exist_ok=True)
    token_file, log = data / "gitlab" / "token", data / "gitlab.log"
    arguments = ["-m", "lotus_assets.standin.gitlab", "--port", "0"]
    arguments += ["--data-dir", str(data / "gitlab"), "--token-file", str(token_file)]
    if settings.tem_as_of is not None:
        arguments += ["--as-of", settings.tem_as_of.isoformat()]
    say("Starting the GitLab stand-in (the first time it writes the sample organisation)")
    # Two commands at once: the second must not write the sample while the first does.
    with (data / "gitlab.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with running(arguments, {}, log) as process:
            ready = first_line("The GitLab stand-in", process, log, STANDIN_SECONDS)
            fcntl.flock(lock, fcntl.LOCK_UN)
            url = URL.search(ready)
            if url is None:
                raise ProcessFailed(f"The GitLab stand-in told no address: {ready}")
            say(f"GitLab stand-in at {url[0]}")
            token = token_file.read_text(encoding="utf-8").strip()
            yield {
                "GITLAB_API_URL": url[0],
                "GITLAB_API_TOKEN": token,
                "TEM_ORG_FILE": str(settings.tem_org_file or SAMPLE_ORGANISATION),
            }


def dagster_variables(settings: Settings, url: str) -> dict[str, str]:
    """Variables that `dagster.yaml` reads, and the folder where it lies.

    Raises:
        NotReady: there is no dagster.yaml.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or Path(__file__).parents[3]).resolve()
    if not (home / "dagster.yaml").is_file():
        raise NotReady(
            f"There is no dagster.yaml in {home}. Run from the checkout, or set DAGSTER_HOME to "
            "the folder that holds it."
        )
    files = settings.tem_data_dir.resolve() / "dagster"
    (files / "logs").mkdir(parents=True, exist_ok=True)
    return {
        "DAGSTER_HOME": str(home),
        "DAGSTER_EVENT_BATCH_SIZE": str(EVENT_BATCH),
        "LOTUS_DAGSTER_STORAGE_URL": dagster_url(url),
        "LOTUS_DAGSTER_FILES": str(files),
        "LOTUS_DAGSTER_LOGS": str(files / "logs"),
        "TEM_DB_CONNECTION": url,
        "TEM_DATA_DIR": str(settings.tem_data_dir.resolve()),
        "TEM_EXPORT_DIR": str(settings.tem_export_dir.resolve()),
        "TEM_BENCH_DIR": str(settings.tem_bench_dir.resolve()),
    }


@contextmanager
def surroundings(
    settings: Settings, say: Say, lotus_core_port: int = 0, host: str = LOOPBACK
) -> Iterator[dict[str, Exception]]:
    """Database, GitLab, lotus-core and Dagster's variables in place.

    Gives what is not: `GITLAB` or `LOTUS_CORE` → why. Each was started, or asked something.

    Raises:
        WarehouseUnavailable, EmbeddedPostgresError, NotReady: without these there is nothing.
    """
    with database(settings, say) as url, ExitStack() as started:
        os.environ.update(dagster_variables(settings, url))
        missing: dict[str, Exception] = {}
        try:
            check_first_day(settings)
            os.environ.update(started.enter_context(gitlab(settings, say)))
            check_gitlab_access(Settings(), say)
        except (NotReady, ProcessFailed, AccessError, UnreachableError) as error:
            missing[GITLAB] = error
        try:
            core = lotus_core(settings, url, lotus_core_port, say, host)
            os.environ.update(started.enter_context(core))
        except (ProcessFailed, NoLotusCore) as error:
            missing[LOTUS_CORE] = error
        yield missing
