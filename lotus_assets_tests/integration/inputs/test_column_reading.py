"""Arrays of an input hold what `read_input` gives: as of any day, corrections among them."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import Engine

from lotus_assets.inputs import core_attribution_input, core_payload, core_performance_input
from lotus_assets.inputs.column_reading import NUMBER, read_input_arrow, read_input_columns
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.reading import read_input
from lotus_assets.sources.warehouse.versioned import copy_columns

NAMES = ("perf_date", "begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv", "is_business_day")
TENTH, ELEVENTH = date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture(autouse=True)
def _rows(engine: Engine) -> None:
    """PF-2's 4 March was corrected on the 11th; PF-3 is in quarantine on the 11th."""
    days = [
        (name, day, as_of, 100.0 + place)
        for name in ("PF-1", "PF-2", "PF-3")
        for place, (day, as_of) in enumerate([(3, TENTH), (4, TENTH), (5, TENTH), (11, ELEVENTH)])
    ]
    days.append(("PF-2", 4, ELEVENTH, 0.1 + 0.2))
    points = pd.DataFrame(
        {
            "portfolio_id": [name for name, *_ in days],
            "perf_date": [date(2026, 3, day) for _, day, *_ in days],
            "data_version": [f"{as_of}.0000000001" for _, _, as_of, _ in days],
            "as_of_date": [as_of for _, _, as_of, _ in days],
            "currency": "EUR",
            "begin_mv": 1.0,
            "bod_cf": 0.0,
            "eod_cf": 0.0,
            "mgmt_fees": 0.0,
            "end_mv": [value for *_, value in days],
            "capital_sign": 1,
            "is_business_day": True,
            "content_hash": "0" * 64,
        }
    )
    payloads = pd.DataFrame(
        [
            {
                **dict.fromkeys(core_payload.TABLE.columns),
                "contract": PERFORMANCE_INPUT.contract.name,
                "subject": name,
                "variant": "",
                "as_of_date": as_of,
                "status": "QUARANTINED" if (name, as_of) == ("PF-3", ELEVENTH) else "OK",
                "request": "{}",
                # PF-1's window begins on the 4th: the row of the 3rd is of an older payload.
                "start_date": date(2026, 3, 4 if name == "PF-1" else 3),
                "row_count": 3,
                "header": '{"portfolio_open_date": "2020-01-02"}',
            }
            for name in ("PF-1", "PF-2", "PF-3")
            for as_of in (TENTH, ELEVENTH)
        ]
    )
    with engine.begin() as connection:
        for table, rows in ((core_performance_input.TABLE, points), (core_payload.TABLE, payloads)):
            arrow = pa.Table.from_pandas(rows, preserve_index=False)
            copy_columns(connection, table, f"public.{table.name}", arrow)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (TENTH, {"PF-1": [101, 102], "PF-2": [100, 101, 102], "PF-3": [100, 101, 102]}),
        (ELEVENTH, {"PF-1": [101, 102, 103], "PF-2": [100, 0.1 + 0.2, 102, 103]}),
    ],
)
def test_the_rows_as_of_a_day_within_each_window(
    engine: Engine, as_of: date, expected: dict[str, list[float]]
) -> None:
    with engine.connect() as connection:
        payloads = read_payloads(connection, PERFORMANCE_INPUT, as_of)
        good = payloads[payloads["status"] == "OK"]
        found = read_input_columns(connection, PERFORMANCE_INPUT, as_of, good, NAMES)
        frame = read_input(connection, PERFORMANCE_INPUT, as_of)
    names = good["subject"].to_numpy()[found[NUMBER]]
    got = {name: found["end_mv"][names == name].tolist() for name in good["subject"]}
    assert got == expected
    starts = good.set_index("subject")["start_date"]
    inside = frame[frame["perf_date"] >= pd.to_datetime(frame["portfolio_id"].map(starts))]
    assert names.tolist() == inside["portfolio_id"].tolist()
    for name in NAMES[1:]:
        assert found[name].tolist() == inside[name].tolist()
    assert found["perf_date"].tolist() == [day.date() for day in inside["perf_date"]]


def test_payloads_with_fields_of_their_headers(engine: Engine) -> None:
    with engine.connect() as connection:
        found = read_payloads(
            connection,
            PERFORMANCE_INPUT,
            ELEVENTH,
            ["PF-3", "PF-1"],
            header_fields=("portfolio_open_date", "absent"),
        )
        empty = read_input_columns(connection, PERFORMANCE_INPUT, ELEVENTH, found.iloc[:0], NAMES)
    assert found["subject"].tolist() == ["PF-1", "PF-3"]
    assert found["status"].tolist() == ["OK", "QUARANTINED"]
    assert found["portfolio_open_date"].tolist() == ["2020-01-02"] * 2
    assert found["absent"].tolist() == [None, None]
    assert [len(column) for column in empty.values()] == [0] * 8


def test_texts_and_missing_numbers_of_a_report(engine: Engine) -> None:
    """Of a portfolio, an instrument and a benchmark group, the last corrected on the 11th."""
    series = (
        ("portfolio", "", 1.5, None, TENTH),
        ("instrument", "I, 1", 2.5, None, TENTH),
        ("benchmark_group", '{"sector": "Été"}', None, 0.1 + 0.2, TENTH),
        ("benchmark_group", '{"sector": "Été"}', None, 0.5, ELEVENTH),
    )
    points = pd.DataFrame(
        [
            {
                **dict.fromkeys(core_attribution_input.TABLE.columns),
                "portfolio_id": "PF-1",
                "part": part,
                "id": name,
                "perf_date": date(2026, 3, day),
                "data_version": f"{as_of}.0000000001",
                "as_of_date": as_of,
                "currency": "EUR",
                "begin_mv": amount,
                "weight_bop": weight,
                "content_hash": "0" * 64,
            }
            for part, name, amount, weight, as_of in series
            for day in (3, 4)
        ]
    )
    with engine.begin() as connection:
        arrow = pa.Table.from_pandas(points, preserve_index=False)
        copy_columns(
            connection, core_attribution_input.TABLE, "public.core_attribution_input", arrow
        )
        window = pd.DataFrame({"subject": ["PF-0", "PF-1"], "start_date": [date(2026, 3, 4)] * 2})
        names = ("part", "id", "perf_date", "begin_mv", "weight_bop")
        rows = read_input_arrow(connection, ATTRIBUTION_INPUT, ELEVENTH, window, names)
    assert rows.to_pylist() == [
        dict(zip((NUMBER, *names), (1, part, name, date(2026, 3, 4), amount, weight), strict=True))
        for part, name, amount, weight, _ in (series[3], series[1], series[0])
    ]
