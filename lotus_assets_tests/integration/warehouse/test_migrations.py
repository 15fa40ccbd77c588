"""The revisions make the tables that the contracts describe, and take over what older ones made."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from sqlalchemy import Column, Connection, Engine, MetaData, Text, inspect, text

from lotus_assets.migrations.comparing import differences, is_compared, revision_context
from lotus_assets.migrations.tables import every_table
from lotus_assets.migrations.writing import write_revision
from lotus_assets.sources.warehouse import changes
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.errors import WarehouseUnavailable
from lotus_assets.sources.warehouse.migrating import MIGRATIONS, alembic_config, migrate
from lotus_assets.sources.warehouse.schema import BOOKKEEPING
from lotus_assets_tests.integration.facts.facts_of_the_graph import PROJECT_FACTS

assert changes.project_change.metadata is BOOKKEEPING

TABLES = every_table()
MARK = "INSERT INTO public.dim_user (user_id, username, is_bot) VALUES (7, 'ada', false)"


@pytest.fixture
def unmigrated(empty_database: str) -> Iterator[Engine]:
    engine = create_warehouse_engine(empty_database)
    yield engine
    engine.dispose()


@pytest.fixture
def of_first_revisions(unmigrated: Engine) -> Engine:
    """A database as the first eleven revisions left it, with a row in it."""
    with unmigrated.connect() as connection:
        command.upgrade(alembic_config(connection), "baseline")
        connection.execute(text(MARK))
        _set_revision(connection, "0011")
    return unmigrated


def _set_revision(connection: Connection, revision: str) -> None:
    connection.execute(
        text("UPDATE public.alembic_version SET version_num = :revision"), {"revision": revision}
    )
    connection.commit()


def state(engine: Engine) -> tuple[str | None, list[str], int]:
    """The revision, the tables, and how many of the fixture's rows there are."""
    with engine.connect() as connection:
        revision = connection.scalar(text("SELECT version_num FROM public.alembic_version"))
        marks = text("SELECT count(*) FROM public.dim_user WHERE username = 'ada'")
        tables = inspect(connection).get_table_names(schema="public")
        return revision, sorted(tables), connection.scalar(marks) or 0


def newest_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return revision_context(connection).get_current_revision()


def test_no_revision_is_forgotten(warehouse_engine: Engine) -> None:
    """Nor is there a table, column or index more than the contracts know."""
    with warehouse_engine.connect() as connection:
        context = revision_context(connection, include_object=is_compared)
        assert compare_metadata(context, TABLES) == []


@pytest.mark.parametrize("name", sorted(TABLES.tables))
def test_keys_and_the_order_of_columns_are_the_contracts(
    name: str, warehouse_engine: Engine
) -> None:
    """Neither of which Alembic compares."""
    stored, table = inspect(warehouse_engine), TABLES.tables[name]
    columns = [column["name"] for column in stored.get_columns(table.name, schema="public")]
    assert columns == [column.name for column in table.columns]
    key = stored.get_pk_constraint(table.name, schema="public")["constrained_columns"]
    assert key == [column.name for column in table.primary_key.columns]


def test_every_table_that_a_fact_reads_numbers_its_changes(warehouse_engine: Engine) -> None:
    query = "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
    with warehouse_engine.connect() as connection:
        watched = {tuple(row) for row in connection.execute(text(query))}
    read = {table.name for fact in PROJECT_FACTS for table in fact.reads}
    events = {(name, event) for name in read for event in ("INSERT", "UPDATE", "DELETE")}
    assert events <= watched


def test_what_the_first_revisions_made_is_taken_over_with_its_rows(
    of_first_revisions: Engine, warehouse_engine: Engine
) -> None:
    migrate(of_first_revisions)
    revision, tables, marks = state(of_first_revisions)
    assert revision == newest_revision(warehouse_engine)
    assert (tables, marks) == (state(warehouse_engine)[1], 1)
    migrate(of_first_revisions)
    assert state(of_first_revisions) == (revision, tables, marks)


def test_tables_of_others_do_not_matter(of_first_revisions: Engine) -> None:
    with of_first_revisions.begin() as connection:
        connection.execute(text("CREATE TABLE public.somebody_elses (item int)"))
    migrate(of_first_revisions)
    assert "somebody_elses" in state(of_first_revisions)[1]


def test_a_schema_named_like_the_user_holds_none_of_ours(of_first_revisions: Engine) -> None:
    """It stands before `public` in the search path."""
    with of_first_revisions.begin() as connection:
        connection.execute(text("CREATE SCHEMA AUTHORIZATION CURRENT_USER"))
    of_first_revisions.dispose()
    fresh = create_warehouse_engine(
        of_first_revisions.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    migrate(fresh)
    assert inspect(fresh).get_table_names(schema=fresh.url.username) == []
    assert "portfolio_computation" in state(fresh)[1]
    fresh.dispose()


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("ALTER TABLE public.fact_mr DROP COLUMN lines_added", r"add_column\('fact_mr'"),
        ("ALTER TABLE public.fact_mr ALTER iid TYPE text", "type_=sa.BigInteger"),
        ("ALTER TABLE public.dim_user ALTER username DROP NOT NULL", "nullable=False"),
        ("DROP TABLE public.parity", r"create_table\('parity'"),
        ("DROP INDEX public.fact_mr_by_project", r"create_index\('fact_mr_by_project'"),
    ],
)
def test_what_is_other_than_the_first_revisions_made_it_is_left_alone(
    change: str, remedy: str, of_first_revisions: Engine
) -> None:
    with of_first_revisions.begin() as connection:
        connection.execute(text(change))
    before = state(of_first_revisions)
    with pytest.raises(WarehouseUnavailable, match=rf"(?s)revision 0011, but .*{remedy}"):
        migrate(of_first_revisions)
    assert state(of_first_revisions) == before


@pytest.mark.parametrize(
    ("revision", "remedy"),
    [
        ("0001", "to 0011 .* check out d76d6b4 and start it once"),
        ("0010", "to 0011 .* check out d76d6b4 and start it once"),
        ("2042", "newer one"),
    ],
)
def test_another_revision_is_refused_with_what_to_do(
    revision: str, remedy: str, of_first_revisions: Engine
) -> None:
    with of_first_revisions.connect() as connection:
        _set_revision(connection, revision)
    before = state(of_first_revisions)
    with pytest.raises(WarehouseUnavailable, match=f"at revision {revision}, .* {remedy}"):
        migrate(of_first_revisions)
    assert state(of_first_revisions) == before


def with_another(column: str) -> MetaData:
    """The contracts after somebody added a column to `coverage`."""
    tables = every_table()
    tables.tables["public.coverage"].append_column(Column(column, Text))
    return tables


def config_with(connection: Connection, folder: Path) -> Config:
    """Alembic's, with one more folder of revisions."""
    config = alembic_config(connection)
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}{os.pathsep}{folder}")
    return config


def test_a_written_revision_makes_what_the_contracts_ask_for(
    warehouse_engine: Engine, tmp_path: Path
) -> None:
    """From the newest revision on, and from one after that; rows stay."""
    with warehouse_engine.connect() as connection:
        connection.execute(text(MARK))
        connection.commit()
        for column in ("first", "second"):
            tables = with_another("first")
            if column == "second":
                tables.tables["public.coverage"].append_column(Column(column, Text))
            [operation] = differences(connection, tables)
            assert "add_column" in operation
            connection.rollback()
            config = config_with(connection, tmp_path)
            path = write_revision(config, f"Add the {column}", tables, tmp_path)
            assert path is not None and path.parent == tmp_path
            command.upgrade(config_with(connection, tmp_path), "head")
            assert differences(connection, tables) == []
            connection.rollback()
    assert newest_revision(warehouse_engine) == max(tmp_path.glob("*.py")).name.partition("_")[0]
    assert state(warehouse_engine)[2] == 1


def test_a_revision_that_fails_halfway_changes_nothing(
    of_first_revisions: Engine, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text(
        "from alembic import op\n"
        "revision, down_revision = 'broken', 'baseline'\n"
        "def upgrade():\n"
        "    op.execute('DROP TABLE public.dim_user')\n"
        "    op.execute('SELECT 1 / 0')\n",
        encoding="utf-8",
    )
    before = state(of_first_revisions)
    with of_first_revisions.connect() as connection, pytest.raises(Exception, match="division"):
        command.upgrade(config_with(connection, tmp_path), "broken")
    assert state(of_first_revisions) == before


def test_nothing_is_written_where_nothing_is_missing(
    warehouse_engine: Engine, tmp_path: Path
) -> None:
    with warehouse_engine.connect() as connection:
        config = config_with(connection, tmp_path)
        assert write_revision(config, "Nothing", TABLES, tmp_path) is None
    assert list(tmp_path.iterdir()) == []
