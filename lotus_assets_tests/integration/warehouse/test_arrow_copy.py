"""Arrow columns go into PostgreSQL and come out of it unchanged, in the caller's transaction."""

import datetime as dt
from collections.abc import Iterator
from decimal import Context, Decimal

import psycopg.errors
import pyarrow as pa
import pytest
from sqlalchemy import Connection, Engine, text

from lotus_assets.sources.warehouse.arrow_copy import copy_in, read_rows
from lotus_assets.sources.warehouse.connection import driver_connection

JSON = {"database_type": "jsonb"}
SCHEMA = pa.schema(
    [
        pa.field("words", pa.string()),
        pa.field("payload", pa.string(), metadata=JSON),
        pa.field("number", pa.float64()),
        pa.field("whole", pa.int64()),
        pa.field("is_open", pa.bool_()),
        pa.field("day", pa.date32()),
        pa.field("instant", pa.timestamp("us", "UTC")),
        pa.field("amount", pa.decimal128(38, 10)),
    ]
)
DEFINITION = """CREATE TEMPORARY TABLE target (words text, payload jsonb, number double precision,
whole bigint, is_open boolean, day date, instant timestamptz, amount numeric)"""
WORDS = ["", "NULL", "\\N", "\\.", '"', ",", "a\r\nb", " x ", "\t", "é€😀", "'"]
NUMBERS = [0.1, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), 1e22]
WHOLES = [0, 2**63 - 1, -(2**63), 1, -1]
DAYS = [dt.date(1, 1, 1), dt.date(1999, 12, 31), dt.date(2000, 1, 1), dt.date(9999, 12, 31)]
AMOUNTS = ["0", "-0.0000000001", "9" * 28 + ".0123456789", "10000", "0.0001", "-123.45"]
JSONS = ["{}", "[]", '""', "null", "1.50", '{"a": "b,c"}', '"é"', "true"]


@pytest.fixture
def connection(warehouse_engine: Engine) -> Iterator[Connection]:
    with warehouse_engine.connect() as connection:
        connection.execute(text(DEFINITION))
        yield connection


def columns() -> dict[str, list[object]]:
    """Every value of every type once, beside others of the other columns; the last row is NULL."""
    rows = len(WORDS)
    instants = [dt.datetime(1850 + 40 * row, 7, 1, 1, 2, 3, row, dt.UTC) for row in range(rows)]
    lists: dict[str, list[object]] = {
        "words": [*WORDS],
        "payload": [JSONS[row % len(JSONS)] for row in range(rows)],
        "number": [NUMBERS[row % len(NUMBERS)] for row in range(rows)],
        "whole": [WHOLES[row % len(WHOLES)] for row in range(rows)],
        "is_open": [row % 2 == 0 for row in range(rows)],
        "day": [DAYS[row % len(DAYS)] for row in range(rows)],
        "instant": [*instants],
        "amount": [Decimal(AMOUNTS[row % len(AMOUNTS)]) for row in range(rows)],
    }
    return {name: [*values, None] for name, values in lists.items()}


def read(connection: Connection, query: str, schema: pa.Schema = SCHEMA) -> pa.Table:
    return read_rows(connection, query.encode(), schema)


def test_every_type_comes_back_as_it_went_in(connection: Connection) -> None:
    rows = pa.table(columns(), SCHEMA)
    copy_in(connection, "pg_temp.target", rows)
    assert read(connection, "SELECT * FROM target").to_pydict() == rows.to_pydict()


def test_the_database_holds_what_its_own_text_says(connection: Connection) -> None:
    """Written a second time, by statements with a value each, every column is the same text."""
    rows = pa.table(columns(), SCHEMA)
    copy_in(connection, "pg_temp.target", rows)
    with driver_connection(connection).cursor() as cursor:
        cursor.execute(DEFINITION.replace("target", "other").encode())
        cursor.executemany(
            "INSERT INTO other VALUES (%s, %s::jsonb, %s, %s, %s, %s, %s, %s)",
            [
                tuple(row[name] if name != "amount" else scaled(row[name]) for name in row)
                for row in rows.to_pylist()
            ],
        )
    difference = text("SELECT target::text FROM target EXCEPT ALL SELECT other::text FROM other")
    assert connection.execute(difference).all() == []
    assert connection.scalar(text("SELECT count(*) FROM target")) == len(rows)


def scaled(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("1e-10"), context=Context(prec=38))


def test_nan_is_a_number_and_no_null(connection: Connection) -> None:
    copy_in(connection, "pg_temp.target", pa.table({"number": [float("nan"), None]}))
    found = read(connection, "SELECT number FROM target", pa.schema({"number": pa.float64()}))
    assert [str(value) for value in found["number"].to_pylist()] == ["nan", "None"]


@pytest.mark.parametrize("values", [[None], [None, "x", None], ["", None], []])
def test_a_column_alone_keeps_its_nulls(connection: Connection, values: list[str | None]) -> None:
    rows = pa.table({"words": pa.array(values, pa.string())})
    copy_in(connection, "pg_temp.target", rows)
    assert read(connection, "SELECT words FROM target", rows.schema).equals(rows)


def test_a_row_may_be_longer_than_what_is_parsed_at_once(connection: Connection) -> None:
    words = ["short", "line\n" * 700_000, "", "x" * 5_000_000, "short"]
    rows = pa.table({"words": words, "whole": [1, 2, 3, 4, 5]})
    copy_in(connection, "pg_temp.target", rows)
    assert read(connection, "SELECT words, whole FROM target", rows.schema).equals(rows)


def test_many_rows_keep_their_order(connection: Connection) -> None:
    rows = pa.table({"whole": range(200_000)})
    copy_in(connection, "pg_temp.target", rows)
    assert read(connection, "SELECT whole FROM target", rows.schema).equals(rows)


def test_rows_are_part_of_the_callers_transaction(
    connection: Connection, warehouse_engine: Engine
) -> None:
    connection.execute(text("CREATE TABLE public.beside (whole bigint)"))
    connection.commit()
    rows = pa.table({"whole": [1]})
    try:
        copy_in(connection, "public.beside", rows)
        assert read(connection, "SELECT * FROM public.beside", rows.schema).equals(rows)
        with warehouse_engine.connect() as other:
            assert len(read(other, "SELECT * FROM public.beside", rows.schema)) == 0
        connection.rollback()
        assert len(read(connection, "SELECT * FROM public.beside", rows.schema)) == 0
    finally:
        connection.rollback()
        connection.execute(text("DROP TABLE public.beside"))
        connection.commit()


def test_the_search_path_of_the_session_counts(connection: Connection) -> None:
    connection.execute(text("CREATE SCHEMA elsewhere"))
    connection.execute(text("SET LOCAL search_path = elsewhere"))
    connection.execute(text("CREATE TABLE elsewhere.items (whole bigint)"))
    rows = pa.table({"whole": [7]})
    copy_in(connection, "items", rows)
    assert read(connection, "SELECT * FROM items", rows.schema).equals(rows)
    connection.rollback()


def test_parameters_are_values(connection: Connection) -> None:
    found = read_rows(
        connection,
        b"SELECT %(name)s::text AS name WHERE %(day)s::date = ANY(%(days)s)",
        pa.schema({"name": pa.string()}),
        {"name": "'); DROP", "day": dt.date(2026, 1, 1), "days": [dt.date(2026, 1, 1)]},
    )
    assert found["name"].to_pylist() == ["'); DROP"]


def test_an_error_on_the_way_is_raised_and_the_session_goes_on(connection: Connection) -> None:
    failing = "SELECT 1 / (200000 - i) AS whole FROM generate_series(1, 300000) AS i"
    schema = pa.schema({"whole": pa.int64()})
    with pytest.raises(psycopg.errors.DivisionByZero):
        read(connection, failing, schema)
    connection.rollback()
    assert read(connection, "SELECT 1 AS whole", schema)["whole"].to_pylist() == [1]


def test_a_value_of_another_type_is_refused(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.ProtocolViolation):
        copy_in(connection, "pg_temp.target", pa.table({"whole": pa.array([1], pa.int32())}))
    connection.rollback()
    with pytest.raises(ValueError, match=r"1\.5"):
        read(connection, "SELECT 1.5 AS whole", pa.schema({"whole": pa.int64()}))
