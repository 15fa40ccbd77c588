"""The loader: CSV and Parquet, all or nothing, with file, row and reason."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
import pytest
from sqlalchemy import Engine

from lotus_assets.services import lotus_core as package
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.layout import TABLES
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.loading.refusal import LoadRefused
from lotus_assets_tests.integration.services.lotus_core.book import (
    BOOK,
    CONSTITUENTS,
    CORRECTION,
    FEES,
    FX,
    PORTFOLIOS,
    VALUATIONS,
    valuation,
    write_book,
)

Book = dict[str, list[dict[str, str]]]


@pytest.fixture
def engine(empty_database: str) -> Engine:
    engine = create_core_engine(empty_database)
    migrate_core(engine)
    return engine


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.exec_driver_sql(
                f"SELECT count(*) FROM lotus_core.{table.name}"  # noqa: S608
            ).scalar_one()
            for table in TABLES
        }


def refused(engine: Engine, folder: Path) -> list[tuple[str, int | None, str]]:
    before = counts(engine)
    with pytest.raises(LoadRefused) as error:
        load_folder(engine, folder)
    assert counts(engine) == before
    return [(one.file, one.row, one.reason) for one in error.value.problems]


def test_the_same_files_again_change_nothing(engine: Engine, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", BOOK)
    first = load_folder(engine, folder)
    assert first.new == first.read == {name: len(rows) for name, rows in BOOK.items()}
    loaded = counts(engine)
    second = load_folder(engine, folder)
    assert second.load_id is None
    assert set(second.new.values()) == {0}
    assert counts(engine) == loaded
    # Load ids are data versions: what was not loaded takes none.
    third = load_folder(engine, write_book(tmp_path / "correction", CORRECTION))
    assert (first.load_id, third.load_id) == (1, 2)


def test_parquet_and_parts_of_a_file(engine: Engine, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", BOOK)
    rows = pa_csv.read_csv(folder / "position_valuations.csv")
    typed = rows.set_column(
        rows.schema.get_field_index("market_value"),
        "market_value",
        rows["market_value"].cast(pa.float64()),
    )
    (folder / "position_valuations.csv").unlink()
    (folder / "position_valuations").mkdir()
    pa_parquet.write_table(typed.slice(0, 7), folder / "position_valuations" / "a.parquet")
    pa_csv.write_csv(rows.slice(7), folder / "position_valuations" / "b.csv")
    report = load_folder(engine, folder)
    assert report.new["position_valuations"] == len(VALUATIONS)
    with engine.connect() as connection:
        total = connection.exec_driver_sql(
            "SELECT sum(market_value) FROM lotus_core.position_valuations"
        ).scalar_one()
    assert total == sum(int(row["market_value"]) for row in VALUATIONS)


WRONG: dict[str, tuple[str, dict[str, str], str]] = {
    "not a number": ("position_valuations", {"market_value": "ten"}, "market_value is not a dec"),
    "too fine": ("position_valuations", {"price": "1.00000000001"}, "price is not a decimal"),
    "too large": ("position_valuations", {"price": "1" * 19}, "price is not a decimal"),
    "no such day": ("position_valuations", {"valuation_date": "2025-02-30"}, "is not a date"),
    "a year zero": ("position_valuations", {"valuation_date": "0000-01-01"}, "is not a date"),
    "a far year": (
        "fx_rates",
        {"rate_date": "2205-01-02", "recorded_at": "2025-01-02T00:00:00Z"},
        "rate_date breaks less_than_or",
    ),
    "known too late": ("fx_rates", {"recorded_at": "9999-01-01T00:00:00Z"}, "recorded_at breaks"),
    "NUL": ("instruments", {"instrument_name": "a\0b"}, "instrument_name is not text"),
    "required": ("position_valuations", {"quantity": ""}, "quantity is required"),
    "not open yet": ("position_valuations", {"valuation_date": "2025-01-01"}, "from 2025-01-02 on"),
    "a positive fee": ("position_valuations", {"mgmt_fees": "1"}, "mgmt_fees breaks"),
    "an identifier": ("position_valuations", {"position_id": "a b"}, "position_id breaks"),
    "no offset": ("position_valuations", {"recorded_at": "2025-01-09 10:00"}, "is not an instant"),
    "unknown position": ("position_valuations", {"position_id": "X"}, "is not in positions"),
    "a positive fee of the portfolio": ("fees", {"amount": "1"}, "amount breaks"),
    "one currency": ("fx_rates", {"quote_currency": "EUR"}, "are the same"),
    "no rate": ("fx_rates", {"rate": "0"}, "rate breaks"),
    "a lost portfolio": ("portfolios", {"calendar_id": "NONE"}, "calendar_id is not in cal"),
    "closed too early": ("portfolios", {"close_date": "2024-01-01"}, "close_date is before"),
    "an unknown timing": ("external_flows", {"timing": "NOON"}, "timing breaks"),
    "an own dimension": ("instrument_dimensions", {"dimension": "currency"}, "dimension breaks"),
    "conventions": ("risk_free_rates", {"day_count": ""}, "rates need day_count"),
    "less than nothing": ("constituent_returns", {"return_local": "-1.1"}, "return_local breaks"),
    "a version": ("benchmark_assignments", {"version": "one"}, "version is not a whole number"),
    "ended before": ("benchmark_assignments", {"effective_to": "2024-01-01"}, "effective_to is b"),
    "true or not": ("calendars", {"is_business_day": "maybe"}, "is not true or false"),
    "weights": ("benchmark_constituents", {"weight": "0.4"}, "sum to 0.9, not 1"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_bad_row_refuses_everything(engine: Engine, tmp_path: Path, what: str) -> None:
    table, change, reason = WRONG[what]
    rows = [{**BOOK[table][0], **change}, *BOOK[table][1:]]
    found = refused(engine, write_book(tmp_path / "book", {**BOOK, table: rows}))
    assert [(file, row) for file, row, _ in found] == [(f"{table}.csv", 1)]
    assert reason in found[0][2]


def test_every_bad_row_is_named(engine: Engine, tmp_path: Path) -> None:
    rows = [dict(row) for row in VALUATIONS]
    rows[2]["market_value"], rows[4]["price"] = "x", ""
    fees = [{**FEES[0], "amount": "3"}]
    book = {**BOOK, "position_valuations": rows, "fees": fees}
    found = refused(engine, write_book(tmp_path / "book", book))
    assert [(file, row) for file, row, _ in found] == [
        ("fees.csv", 1),
        ("position_valuations.csv", 3),
        ("position_valuations.csv", 5),
    ]


def test_files_that_are_none_of_ours(engine: Engine, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", {"fees": [{**FEES[0], "mood": "good"}]})
    assert refused(engine, folder) == [("fees.csv", None, "column mood is unknown")]
    missing = {name: value for name, value in FEES[0].items() if name != "amount"}
    folder = write_book(tmp_path / "other", {"fees": [missing]})
    assert refused(engine, folder) == [("fees.csv", None, "column amount is missing")]
    (tmp_path / "stray").mkdir()
    (tmp_path / "stray" / "trades.csv").write_text("a\n1\n", encoding="utf-8")
    ((file, _, reason),) = refused(engine, tmp_path / "stray")
    assert file == "trades.csv"
    assert "not of the layout" in reason
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "fees.parquet").write_text("no parquet", encoding="utf-8")
    ((file, _, reason),) = refused(engine, tmp_path / "broken")
    assert file == "fees.parquet"
    assert "cannot be read" in reason
    assert refused(engine, tmp_path / "nowhere")[0][2] == "no such folder"


def test_a_clash_and_a_correction(engine: Engine, tmp_path: Path) -> None:
    load_folder(engine, write_book(tmp_path / "book", BOOK))
    changed: Book = {"fees": [{**FEES[0], "amount": "-6"}]}
    ((file, row, reason),) = refused(engine, write_book(tmp_path / "clash", changed))
    assert (file, row) == ("fees.csv", 1)
    assert "later recorded_at" in reason
    changed["fees"][0]["recorded_at"] = "2025-01-12T00:00:00Z"
    assert load_folder(engine, write_book(tmp_path / "correction", changed)).new == {"fees": 1}


def test_the_past_is_not_rewritten(engine: Engine, tmp_path: Path) -> None:
    load_folder(engine, write_book(tmp_path / "book", BOOK))
    late: Book = {"position_valuations": [valuation("CASH", "07", "890")]}
    ((_, row, reason),) = refused(engine, write_book(tmp_path / "late", late))
    assert row == 1
    assert "would change" in reason
    late["position_valuations"][0]["recorded_at"] = "2025-01-13T08:00:00Z"
    load_folder(engine, write_book(tmp_path / "known", late))
    load_folder(
        engine,
        write_book(
            tmp_path / "new",
            {
                "positions": [
                    {"portfolio_id": "EMPTY", "position_id": "C", "instrument_id": "EURCASH"}
                ],
                "position_valuations": [valuation("C", "02", "1", portfolio="EMPTY")],
            },
        ),
    )


def test_what_cannot_be_corrected(engine: Engine, tmp_path: Path) -> None:
    load_folder(engine, write_book(tmp_path / "book", BOOK))
    later = {"recorded_at": "2025-02-01T00:00:00Z"}
    currency: Book = {
        "instruments": [{**BOOK["instruments"][0], "instrument_currency": "USD", **later}]
    }
    ((_, _, reason),) = refused(engine, write_book(tmp_path / "currency", currency))
    assert "new instrument_id" in reason
    position: Book = {"positions": [{**BOOK["positions"][0], "instrument_id": "AAA", **later}]}
    ((_, _, reason),) = refused(engine, write_book(tmp_path / "position", position))
    assert "new position_id" in reason


def test_beginning_values_are_given_for_all_or_none(engine: Engine, tmp_path: Path) -> None:
    rows = [{**VALUATIONS[0], "begin_mv": "0"}, *VALUATIONS[1:]]
    book = {**BOOK, "position_valuations": rows}
    ((_, _, reason),) = refused(engine, write_book(tmp_path / "book", book))
    assert "begin_mv is given for some positions of P1 on 2025-01-02" in reason


def test_a_closed_portfolio_is_worth_nothing(engine: Engine, tmp_path: Path) -> None:
    """Its closing may become known late: what was valued after it is corrected to nothing."""
    portfolio = {**PORTFOLIOS[2], "close_date": ""}
    after = valuation("CASH", "06", "50", portfolio="CLOSED")
    book = {**BOOK, "portfolios": [*PORTFOLIOS[:2], portfolio]}
    book["position_valuations"] = [*VALUATIONS, after]
    load_folder(engine, write_book(tmp_path / "book", book))
    later = {"recorded_at": "2025-02-01T00:00:00Z"}
    closing: Book = {"portfolios": [{**PORTFOLIOS[2], **later}]}
    wrong: Book = {**closing, "position_valuations": [{**after, "market_value": "60", **later}]}
    ((file, row, reason),) = refused(engine, write_book(tmp_path / "wrong", wrong))
    assert (file, row) == ("position_valuations.csv", 1)
    assert reason == "CLOSED is valued on 2025-01-06 and was open until 2025-01-03"
    taken_back = {**after, "market_value": "0", "quantity": "0", **later}
    right: Book = {**closing, "position_valuations": [taken_back]}
    report = load_folder(engine, write_book(tmp_path / "right", right))
    assert report.new == {"portfolios": 1, "position_valuations": 1}


def test_an_instant_is_a_day_only_at_midnight(engine: Engine, tmp_path: Path) -> None:
    load_folder(engine, write_book(tmp_path / "book", BOOK))

    def rates(name: str, *instants: datetime) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        rows = [{**FX[0], "rate_date": each, "rate": 2.0} for each in instants]
        pa_parquet.write_table(pa.Table.from_pylist(rows), folder / "fx_rates.parquet")
        return folder

    midnight, noon = datetime(2025, 2, 1), datetime(2025, 2, 2, 12)  # noqa: DTZ001
    found = refused(engine, rates("noon", midnight, noon))
    assert found == [("fx_rates.parquet", 2, "rate_date is not a date (YYYY-MM-DD)")]
    found = refused(engine, rates("zoned", datetime(2025, 2, 1, tzinfo=UTC)))
    assert found == [("fx_rates.parquet", 1, "rate_date is not a date (YYYY-MM-DD)")]
    assert load_folder(engine, rates("midnight", midnight)).new == {"fx_rates": 1}


def test_daily_sums_follow_corrections(engine: Engine, tmp_path: Path) -> None:
    load_folder(engine, write_book(tmp_path / "book", {**BOOK}))
    load_folder(engine, write_book(tmp_path / "correction", CORRECTION))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT market_value, recorded_at::date::text FROM lotus_core.portfolio_sums "
            "WHERE valuation_date = '2025-01-08' AND currency = 'USD' ORDER BY recorded_at"
        ).all()
    assert [(int(value), day) for value, day in rows] == [(400, "2025-01-07"), (20, "2025-01-11")]


def test_the_command(engine: Engine, tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", BOOK)
    url = engine.url.render_as_string(hide_password=False)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lotus_assets.services.lotus_core.loading", str(folder)],
            env={"LOTUS_CORE_DB_CONNECTION": url.replace("+psycopg", "")},
            capture_output=True,
            text=True,
            check=False,
        )

    done = run()
    assert done.returncode == 0, done.stderr
    assert f"benchmark_constituents: {len(CONSTITUENTS)} rows read, 4 new" in done.stdout
    (folder / "fees.csv").write_text("fee_id\nM9\n", encoding="utf-8")
    failed = run()
    assert failed.returncode == 1
    assert "fees.csv: column amount is missing" in failed.stderr


def test_the_layout_document_names_every_column() -> None:
    text = (Path(package.__path__[0]) / "FILE_LAYOUT.md").read_text(encoding="utf-8")
    sections: dict[str, Any] = {part.split("`", 1)[0]: part for part in text.split("\n### `")[1:]}
    assert list(sections) == [
        "portfolios",
        "instruments",
        "instrument_dimensions",
        "positions",
        "position_valuations",
        "lots",
        "external_flows",
        "fees",
        "fx_rates",
        "benchmarks",
        "benchmark_constituents",
        "constituent_returns",
        "benchmark_assignments",
        "risk_free_rates",
        "calendars",
    ]
    for table in TABLES:
        for name in table.columns:
            assert name == "recorded_at" or f"`{name}`" in sections[table.name], json.dumps(
                [table.name, name]
            )
        for name in table.key:
            assert f"`{name}`*" in sections[table.name]
