"""Payloads as a lotus-core sends them, made by hand: plain JSON first, its Arrow form from that.

The hash is taken of the plain JSON, so that it owes nothing to the code under test.
"""

import copy
import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lotus_assets.sources.lotus_core.answers import Answer
from lotus_assets.sources.lotus_core.contracts import Contract
from lotus_assets.sources.lotus_core.payloads import read_page
from lotus_assets.sources.lotus_core.wire_format import ARROW

Json = dict[str, Any]


def json_hash(payload: Json) -> str:
    """SHA-256 of the payload without lineage, as RFC 8785 JSON (no number here needs care)."""
    content = {name: value for name, value in payload.items() if name != "lineage"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def point(day: int, on: str, begin: str, end: str, **more: str) -> Json:
    """A valuation point without flows and fees, unless they are given."""
    flows = {"bod_cf": "0", "eod_cf": "0", "mgmt_fees": "0", **more}
    return {"day": day, "perf_date": on, "begin_mv": begin, "end_mv": end, **flows}


def lineage(version: str = "3", fingerprint: str = "f" * 64) -> Json:
    return {
        "generated_by": "hand/1",
        "generated_at": "2026-03-10T06:00:00Z",
        "request_fingerprint": fingerprint,
        "data_version": version,
        "next_page_token": None,
    }


def diagnostics(*missing: str) -> Json:
    return {
        "missing_business_day_count": len(missing),
        "missing_business_days": list(missing),
        "continuity_breaks": [],
    }


def performance(portfolio_id: str = "PF-1", as_of: str = "2026-03-10") -> Json:
    """Four days of a portfolio; Friday the 6th was not valued."""
    return {
        "portfolio_id": portfolio_id,
        "as_of_date": as_of,
        "performance_start_date": "2026-03-04",
        "portfolio_open_date": "2021-01-04",
        "currency": "EUR",
        "calendar_id": "TARGET",
        "business_days": ["2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"],
        "valuation_points": [
            point(1, "2026-03-04", "1000", "1010.5", mgmt_fees="-0.5"),
            point(2, "2026-03-05", "1010", "1020.1234567891"),
            point(3, "2026-03-09", "1020.1234567891", "1120", bod_cf="100"),
            point(4, "2026-03-10", "1120", "1100", eod_cf="-10"),
        ],
        "pas_contract_version": "rfc_063_v1",
        "consumer_system": "lotus-assets",
        "diagnostics": diagnostics("2026-03-06"),
        "lineage": lineage(),
    }


def mwr(portfolio_id: str = "PF-1") -> Json:
    return {
        "portfolio_id": portfolio_id,
        "as_of_date": "2026-03-10",
        "start_date": "2026-03-01",
        "end_date": "2026-03-10",
        "begin_mv": "1000",
        "end_mv": "1090.5",
        "cash_flows": [
            {"date": "2026-03-04", "amount": "100.25", "type": "external_flow"},
            {"date": "2026-03-09", "amount": "-50", "type": "external_flow"},
            {"date": "2026-03-09", "amount": "20", "type": "external_flow"},
        ],
        "currency": "EUR",
        "contract_version": "rfc_063_v1",
        "diagnostics": diagnostics(),
        "lineage": lineage(),
    }


def _report(portfolio_id: str) -> Json:
    return {
        "portfolio_id": portfolio_id,
        "as_of_date": "2026-03-10",
        "report_start_date": "2026-03-09",
        "report_end_date": "2026-03-10",
        "portfolio_data": {
            "metric_basis": "NET",
            "valuation_points": [
                point(1, "2026-03-09", "1000", "1010"),
                point(2, "2026-03-10", "1010", "1000"),
            ],
        },
        "currency_context": {"portfolio_currency": "EUR", "reporting_currency": "EUR"},
        "contract_version": "rfc_063_v1",
        "diagnostics": diagnostics(),
        "lineage": lineage(),
    }


def contribution(portfolio_id: str = "PF-1") -> Json:
    own = _report(portfolio_id)
    own["positions_data"] = [
        {
            "position_id": name,
            "meta": {"instrument_id": name, "asset_class": "Equity"},
            "valuation_points": [
                point(1, "2026-03-09", "500", "505"),
                point(2, "2026-03-10", "505", "500"),
            ],
        }
        for name in ("P-1", "P-2")
    ]
    own["supported_hierarchy_dimensions"] = ["asset_class", "currency"]
    return own


def attribution(portfolio_id: str = "PF-1") -> Json:
    own = _report(portfolio_id)
    own["group_by_dimensions"] = ["asset_class"]
    own["benchmark_id"] = "BM-1"
    own["instruments_data"] = [
        {
            "instrument_id": "I-1",
            "meta": {"asset_class": "Equity"},
            "valuation_points": [
                point(1, "2026-03-09", "1000", "1010"),
                point(2, "2026-03-10", "1010", "1000"),
            ],
        }
    ]
    own["benchmark_groups_data"] = [
        {
            "key": {"asset_class": name},
            "observations": [
                {
                    "date": day,
                    "weight_bop": weight,
                    "return_base": "0.01",
                    "return_local": "0.01",
                    "return_fx": "0",
                }
                for day in ("2026-03-09", "2026-03-10")
            ],
        }
        for name, weight in (("Bond", "0.4"), ("Equity", "0.6"))
    ]
    return own


def amounts(value: str) -> Json:
    return {"position": value, "portfolio": value, "reporting": value}


def positions(portfolio_id: str = "PF-1") -> Json:
    return {
        "portfolio_id": portfolio_id,
        "as_of_date": "2026-03-10",
        "valuation_date": "2026-03-10",
        "total_market_value": "1000",
        "position_count": 2,
        "positions": [
            {
                "position_id": name,
                "instrument_id": name,
                "quantity": "10",
                "weight": weight,
                "held_since": "2024-05-02",
                "instrument_details": {
                    "instrument_name": "Isar Motors",
                    "instrument_type": "EQUITY",
                    "currency": "EUR",
                    "dimensions": {"asset_class": "Equity"},
                },
                "valuation": {
                    "price": "40",
                    "market_value": amounts(value),
                    "cost": amounts("300"),
                    "unrealised_gain": amounts("100"),
                },
                "income": {"accrued_income": amounts("0"), "accrual_date": "2026-03-10"},
            }
            for name, value, weight in (("P-1", "400", "0.4"), ("P-2", "600", "0.6"))
        ],
        "currency_context": {"portfolio_currency": "EUR", "reporting_currency": "EUR"},
        "contract_version": "rfc_063_v1",
        "diagnostics": diagnostics(),
        "lineage": lineage(),
    }


def assignment(portfolio_id: str = "PF-1") -> Json:
    return {
        "portfolio_id": portfolio_id,
        "as_of_date": "2026-03-10",
        "benchmark_id": "BM-1",
        "assignment_id": "AS-1",
        "assignment_version": 1,
        "effective_from": "2021-01-04",
        "effective_to": None,
        "recorded_at": "2021-01-03T23:00:00Z",
        "contract_version": "rfc_062_v1",
        "lineage": lineage(),
    }


def benchmark_returns(benchmark_id: str = "BM-1") -> Json:
    return {
        "benchmark_id": benchmark_id,
        "as_of_date": "2026-03-10",
        "start_date": "2026-03-01",
        "end_date": "2026-03-10",
        "frequency": "DAILY",
        "currency": "EUR",
        "calendar_id": "TARGET",
        "points": [
            {"series_date": "2026-03-09", "benchmark_return": "0.0125"},
            {"series_date": "2026-03-10", "benchmark_return": "-0.0000001"},
        ],
        "contract_version": "rfc_062_v1",
        "diagnostics": diagnostics(),
        "lineage": lineage(),
    }


def risk_free(currency: str = "EUR") -> Json:
    return {
        "currency": currency,
        "as_of_date": "2026-03-10",
        "start_date": "2026-03-01",
        "end_date": "2026-03-10",
        "series_mode": "annualized_rate_series",
        "frequency": "DAILY",
        "points": [
            {
                "series_date": day,
                "value": "0.0225",
                "day_count": "ACT/360",
                "compounding": "SIMPLE",
            }
            for day in ("2026-03-09", "2026-03-10")
        ],
        "contract_version": "rfc_062_v1",
        "lineage": lineage(),
    }


LISTS = ("valuation_points", "observations", "cash_flows", "points")


def _rows(payload: Json) -> list[Json]:
    """Rows of the Arrow form, in the order of the lists; they are taken out of `payload`."""
    rows: list[Json] = []

    def take(owner: Json, **place: str | None) -> None:
        for name in LISTS:
            for row in owner.pop(name, []):
                own = dict(row)
                if "part" in place and "date" in own:
                    own["perf_date"] = own.pop("date")
                rows.append({**place, **own})

    if "portfolio_data" in payload:
        take(payload["portfolio_data"], part="portfolio", id=None)
    for field, name, part in (
        ("instruments_data", "instrument_id", "instrument"),
        ("positions_data", "position_id", "position"),
    ):
        for entry in payload.get(field, []):
            take(entry, part=part, id=entry[name])
    for place, group in enumerate(payload.get("benchmark_groups_data", [])):
        take(group, part="benchmark_group", id=str(place))
    take(payload)
    return rows


def _column(rows: list[Json], name: str, kind: pa.DataType) -> pa.Array:
    values = [row.get(name) for row in rows]
    if pa.types.is_decimal(kind):
        return pa.array([None if value is None else Decimal(value) for value in values], kind)
    if pa.types.is_date(kind):
        texts = [None if value is None else date.fromisoformat(value) for value in values]
        return pa.array(texts, kind)
    return pa.array(values, kind)


def stream(contract: Contract, payload: Json, claimed: str | None = None) -> bytes:
    """The Arrow stream of a payload; `claimed` is a hash in place of the right one."""
    said = claimed or json_hash(payload)
    rest = copy.deepcopy(payload)
    rest["lineage"]["content_hash"] = said
    rows = _rows(rest)
    columns = {field.name: _column(rows, field.name, field.type) for field in contract.schema}
    table = pa.table(columns, schema=contract.schema) if columns else pa.table({})
    metadata = {
        "payload": json.dumps(rest),
        "content_hash": said,
        "contract": contract.version,
    }
    table = table.replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def answer(content: bytes, media_type: str = ARROW) -> Answer:
    return Answer(content, media_type, "request-1")


def page_of(contract: Contract, payload: Json) -> Any:
    """The payload as the client reads it."""
    subject = payload[contract.subject]
    return read_page(contract, subject, "test", answer(stream(contract, payload)))
