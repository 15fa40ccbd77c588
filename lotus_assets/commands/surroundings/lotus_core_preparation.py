"""lotus-core for `make run` and `make dev`: the reader's, or the embedded one with the sample book.

The sample book is written and loaded up to the last complete day; later starts add the days that
are missing. A schema `lotus_core` that holds anybody else's files is served as it is.
"""

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
from alembic.util import CommandError
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from lotus_assets.commands.surroundings.checks import NoLotusCore
from lotus_assets.commands.surroundings.processes import (
    ProcessFailed,
    ending_with_us,
    first_line,
    running,
)
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.inputs.partitions import last_complete_day
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.database_tables import loads
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.loading.refusal import LoadRefused
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings
from lotus_assets.sources.lotus_core.errors import LotusCoreError

START_SECONDS = 60
BOOK = "sample-book-"
"""Loads of the sample book are known by the folder's name: this and the book's last day."""
SOURCE = re.compile(rf"{BOOK}(\d{{4}}-\d\d-\d\d)$")
ADDRESS = re.compile(r"http://[\w.]+:\d+")

Say = Callable[[str], None]


@contextmanager
def lotus_core(
    settings: Settings, warehouse: str, port: int, say: Say, host: str = "127.0.0.1"
) -> Iterator[dict[str, str]]:
    """Variables that name lotus-core: the reader's, else the embedded service's, started here.

    The service's schema is in LOTUS_CORE_DB_CONNECTION, else in `warehouse`; port 0 is a free one.

    Raises:
        NoLotusCore: the reader's does not answer.
        ProcessFailed: the sample book cannot be written or loaded, or the service does not start.
    """
    theirs = InputSettings().lotus_core_url
    last_day = last_complete_day(settings)
    if theirs is not None:
        check_theirs(theirs, last_day)
        yield {"LOTUS_CORE_URL": theirs}
        return
    chosen = CoreSettings().lotus_core_db_connection
    url = warehouse if chosen is None else chosen.get_secret_value()
    data = settings.tem_data_dir.resolve()
    data.mkdir(parents=True, exist_ok=True)
    # Two commands at once: the second must not write the sample book while the first does.
    with (data / "lotus_core.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            load_sample_book(url, data / "sample_book", last_day, say)
        except (DBAPIError, CommandError, LoadRefused, OSError) as error:
            where = "TEM_DB_CONNECTION" if chosen is None else "LOTUS_CORE_DB_CONNECTION"
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise ProcessFailed(
                f"The sample book cannot be loaded into the schema lotus_core ({where}): {reason}"
            ) from error
    log = data / "lotus_core.log"
    arguments = ["-m", "lotus_assets.services.lotus_core", "--port", str(port), "--host", host]
    with running(arguments, {"LOTUS_CORE_DB_CONNECTION": url}, log) as process:
        ready = first_line("lotus-core", process, log, START_SECONDS)
        address = ADDRESS.search(ready)
        if address is None:
            raise ProcessFailed(f"lotus-core told no address: {ready}")
        # It listens already; the answer comes when it has started.
        try:
            httpx.get(f"{address[0]}/readyz", timeout=START_SECONDS).raise_for_status()
        except httpx.HTTPError as error:
            raise ProcessFailed(f"lotus-core is not ready: {error} (log: {log}).") from error
        say(f"lotus-core at {address[0]}")
        yield {"LOTUS_CORE_URL": address[0]}


def check_theirs(url: str, day: date) -> None:
    """The lotus-core at `url`, which the environment names, lists its portfolios as of `day`.

    Raises:
        NoLotusCore: it does not.
    """
    try:
        with LotusCore().client("check-access") as client:
            client.portfolios(day)
    except LotusCoreError as error:
        raise NoLotusCore(
            f"{error}. LOTUS_CORE_URL is {url}: start the lotus-core there, or set the variable to "
            "the address of one that answers, for example https://core.example.com; unset it to "
            "use the embedded service with the sample book."
        ) from error


def load_sample_book(url: str, folder: Path, last_day: date, say: Say) -> None:
    """Bring the schema `lotus_core` at `url` to the sample book as of `last_day`.

    A schema with other files than the sample book's, or with a later sample book, stays as it is.

    Raises:
        ProcessFailed: the book cannot be written.
    """
    engine = create_core_engine(url)
    try:
        shutil.rmtree(folder, ignore_errors=True)  # left by a start that was killed
        migrate_core(engine)
        sources = loaded_sources(engine)
        books = [match for source in sources if (match := SOURCE.search(source))]
        days = [date.fromisoformat(book[1]) for book in books]
        if len(days) < len(sources):
            say("lotus-core holds files that were loaded into it; the sample book is left out")
            return
        if days and max(days) >= last_day:
            return
        say("Loading the sample book into lotus-core")
        files = folder / f"{BOOK}{last_day}"
        _write_sample_book(files, last_day, max(days, default=None))
        load_folder(engine, files)
        shutil.rmtree(folder)
    finally:
        engine.dispose()


def loaded_sources(engine: Engine) -> list[str]:
    """The folders that were loaded so far."""
    with engine.connect() as connection:
        return list(connection.scalars(select(loads.c.source)))


def _write_sample_book(files: Path, last_day: date, known_until: date | None) -> None:
    arguments = [str(files), "--end-day", str(last_day)]
    if known_until is not None:
        arguments += ["--recorded-after", str(known_until)]
    # It ends with us: a writer whose parent was killed would write beside the next one.
    done = subprocess.run(
        [*ending_with_us(), sys.executable, "-m", "lotus_assets.standin.sample_book", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ProcessFailed(f"The sample book cannot be written: {done.stderr.strip()}")
