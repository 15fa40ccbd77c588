"""Revisions that move rows: what was stored before reads as if it had always been stored so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text

from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.migrating import alembic_config

ROW = text(
    "INSERT INTO public.core_attribution_input (portfolio_id, part, id, perf_date, data_version, "
    "as_of_date, currency, weight_bop, content_hash) VALUES (:portfolio, :part, :id, "
    "'2025-01-02', :version, '2025-01-03', 'EUR', 0.5, 'hash')"
)
PAYLOAD = text(
    "INSERT INTO public.core_payload (contract, subject, variant, as_of_date, status, request, "
    "row_count, header) VALUES (:contract, :portfolio, '', :day, 'OK', '{}', 1, :header)"
)


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    engine = create_warehouse_engine(empty_database)
    yield engine
    engine.dispose()


def upgraded(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)


def row(portfolio: str, part: str, identifier: str, version: str = "1") -> dict[str, str]:
    return {"portfolio": portfolio, "part": part, "id": identifier, "version": version}


def payload(portfolio: str, day: str, *dimensions: str, **others: Any) -> dict[str, Any]:
    header = json.dumps({"group_by_dimensions": dimensions})
    asked = {"contract": "attribution-input", "portfolio": portfolio, "day": day, "header": header}
    return {**asked, **others}


def test_group_keys_stand_as_their_payload_says_outermost_first(engine: Engine) -> None:
    upgraded(engine, "0012")
    two = '{"class": "Équité \\"A\\"", "sector": "IT\\n"}'
    rows = [
        row("P", "benchmark_group", two),
        row("P", "benchmark_group", two, "2"),
        row("P", "benchmark_group", '{"class": "Bond"}'),
        row("P", "instrument", "I-1"),
        row("Q", "benchmark_group", two),
    ]
    payloads = [
        payload("P", "2025-01-02", "class", "sector"),
        payload("P", "2025-01-03", "sector", "class"),
        payload("P", "2025-01-04", "class"),
        payload("P", "2025-01-05", "class", "sector", contract="contribution-input"),
        payload("Q", "2025-01-03", "class", "sector"),
    ]
    with engine.begin() as connection:
        connection.execute(ROW, rows)
        connection.execute(PAYLOAD, payloads)
    upgraded(engine, "0013")
    stored = (
        "SELECT portfolio_id, id, data_version FROM public.core_attribution_input ORDER BY 1, 2, 3"
    )
    turned = json.dumps({"sector": "IT\n", "class": 'Équité "A"'}, ensure_ascii=False)
    with engine.connect() as connection:
        assert [tuple(found) for found in connection.execute(text(stored))] == sorted(
            [
                ("P", "I-1", "1"),
                ("P", '{"class": "Bond"}', "1"),
                ("P", turned, "1"),
                ("P", turned, "2"),
                ("Q", two, "1"),
            ]
        )
