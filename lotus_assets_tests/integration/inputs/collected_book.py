"""The sample book behind the real service, and inputs collected from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine

from lotus_assets.inputs.collection import InputCollection, InputReport
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.standin.sample_book.files import write_book
from lotus_assets_tests.integration.services.lotus_core.served import served

MARCH, APRIL = date(2022, 3, 31), date(2022, 4, 29)
NOW = datetime(2022, 5, 1, tzinfo=UTC)


@contextmanager
def book_until_april(database: str, folder: Path) -> Iterator[LotusCoreClient]:
    """A client of the real service with the book until March, then grown to April."""
    core = create_core_engine(database)
    migrate_core(core)
    write_book(folder / "march", 63, MARCH)
    load_folder(core, folder / "march")
    write_book(folder / "april", 63, APRIL, recorded_after=MARCH)
    load_folder(core, folder / "april")
    core.dispose()
    settings = CoreSettings(lotus_core_db_connection=SecretStr(database))
    with served(settings) as service, LotusCoreClient(str(service.client.base_url)) as client:
        yield client


def collect(engine: Engine, client: LotusCoreClient, kind: InputTable, as_of: date) -> InputReport:
    asked = list(kind.ask(client, as_of, InputSettings()))
    collection = InputCollection(engine, client, kind, "run-1", NOW, 16, QuarantineLimit(0.0))
    return collection.collect(as_of, asked, ["000"])
