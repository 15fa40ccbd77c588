"""Collecting into a real database from a real server: versions, quarantine, limits, replays."""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from lotus_assets.filling.reports import GateClosed
from lotus_assets.inputs import core_payload, core_performance_input
from lotus_assets.inputs.collection import InputCollection, InputReport
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.inputs.payload_chunk import Asked
from lotus_assets.inputs.reading import read_input
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.errors import InvalidRequest, SourceUnavailable
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets_tests.integration.inputs.core_server import CoreServer, Reply, problem
from lotus_assets_tests.unit.inputs import payloads
from lotus_assets_tests.unit.inputs.payloads import Json, json_hash, stream

NOW = datetime(2026, 3, 11, 6, tzinfo=UTC)
TENTH, ELEVENTH = date(2026, 3, 10), date(2026, 3, 11)
Collect = Callable[..., InputReport]


@pytest.fixture
def collect(engine: Engine, core: CoreServer) -> Iterator[Collect]:
    patience = Patience(attempts=2, first_wait_seconds=0.01, read_seconds=5)
    with LotusCoreClient(core.url, patience=patience) as client:

        def run(
            *names: str, as_of: date = TENTH, limit: float = 0.5, version: str = "3"
        ) -> InputReport:
            own = InputCollection(
                engine, client, PERFORMANCE_INPUT, "run-1", NOW, 2, QuarantineLimit(limit)
            )
            asked = [Asked(name, version, {"as_of_date": str(as_of)}) for name in names]
            return own.collect(as_of, asked, ["000"])

        yield run


def serve(core: CoreServer, payload: Json) -> None:
    path = f"/integration/portfolios/{payload['portfolio_id']}/performance-input"
    core.answers(path, Reply(content=stream(PERFORMANCE_INPUT.contract, payload)))


def rows(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return read_table(connection, core_performance_input.TABLE)


def payload_rows(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return read_table(connection, core_payload.TABLE)


def eleventh(portfolio_id: str, corrected: bool = False, version: str = "4") -> Json:
    """The same portfolio a day later; corrected: Thursday's close was another."""
    payload = payloads.performance(portfolio_id, as_of="2026-03-11")
    payload["business_days"].append("2026-03-11")
    points = payload["valuation_points"]
    points.append(payloads.point(5, "2026-03-11", "1090", "1095"))
    if corrected:
        points[1]["end_mv"] = "1021"
        points[2]["begin_mv"] = "1021"
    payload["lineage"]["data_version"] = version
    return payload


def test_keeps_rows_with_the_hash_of_the_payload_they_came_in(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    payload = payloads.performance("PF-1")
    serve(core, payload)
    report = collect("PF-1")
    assert (report.rows, report.new, len(report.quarantined)) == (4, 4, 0)
    found = rows(engine)
    assert found["end_mv"].tolist() == [1010.5, 1020.1234567891, 1120.0, 1100.0]
    assert set(found["content_hash"]) == {json_hash(payload)}
    [kept] = payload_rows(engine).to_dict("records")
    assert kept["status"] == "OK"
    assert kept["content_hash"] == json_hash(payload)
    assert kept["page_hashes"] == f'["{json_hash(payload)}"]'
    assert (kept["start_date"], kept["row_count"]) == (pd.Timestamp("2026-03-04"), 4)
    assert '"missing_business_days": ["2026-03-06"]' in kept["header"]


def test_a_broken_portfolio_is_quarantined_and_all_others_go_on(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    for name in ("PF-1", "PF-2", "PF-3", "PF-4"):
        payload = payloads.performance(name)
        if name == "PF-2":
            payload["valuation_points"][0]["mgmt_fees"] = "1"
        serve(core, payload)
    unhashed = stream(PERFORMANCE_INPUT.contract, payloads.performance("PF-3"), "0" * 64)
    core.answers("/integration/portfolios/PF-3/performance-input", Reply(content=unhashed))
    report = collect("PF-1", "PF-2", "PF-3", "PF-4", limit=0.5)
    assert set(rows(engine)["portfolio_id"]) == {"PF-1", "PF-4"}
    reasons = sorted(report.quarantined["reason"])
    assert reasons[0].startswith("CONTRACT_VIOLATION_UPSTREAM: content_hash: ")
    assert reasons[1] == (
        "CONTRACT_VIOLATION_UPSTREAM: fee_sign: mgmt_fees is 1.0000000000 on 2026-03-04"
    )
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT payload ->> 'subject' FROM quarantine")).scalars()
        assert sorted(kept) == ["PF-2", "PF-3"]
    status = payload_rows(engine).set_index("subject")["status"].to_dict()
    assert status == {
        "PF-1": "OK",
        "PF-2": "QUARANTINED",
        "PF-3": "QUARANTINED",
        "PF-4": "OK",
    }


def test_too_many_violations_commit_nothing_but_their_reasons(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    for name in ("PF-1", "PF-2", "PF-3"):
        payload = payloads.performance(name)
        if name != "PF-1":
            payload["valuation_points"][0]["mgmt_fees"] = "1"
        serve(core, payload)
    with pytest.raises(GateClosed, match=r"2 of 3 payloads.*limit is 50\.0%"):
        collect("PF-1", "PF-2", "PF-3", limit=0.5)
    assert rows(engine).empty
    assert payload_rows(engine).empty
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM quarantine")) == 2


def test_a_refusal_is_noted_with_its_code_and_is_no_violation(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    serve(core, payloads.performance("PF-1"))
    path = "/integration/portfolios/PF-2/performance-input"
    core.answers(path, problem(422, "INSUFFICIENT_DATA", "no rows"))
    report = collect("PF-1", "PF-2", limit=0.0)
    assert dict(report.refused) == {"INSUFFICIENT_DATA": 1}
    noted = payload_rows(engine).set_index("subject").loc["PF-2"]
    assert (noted["status"], noted["reason"]) == ("INSUFFICIENT_DATA", "no rows")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(503, "SOURCE_UNAVAILABLE"), SourceUnavailable),
        (problem(400, "INVALID_REQUEST"), InvalidRequest),
    ],
)
def test_nothing_half_written_stays(
    reply: Reply, error: type[Exception], engine: Engine, core: CoreServer, collect: Collect
) -> None:
    for number in range(5):
        serve(core, payloads.performance(f"PF-{number}"))
    core.answers("/integration/portfolios/PF-4/performance-input", reply)
    with pytest.raises(error):
        collect(*(f"PF-{number}" for number in range(5)))
    assert rows(engine).empty
    assert payload_rows(engine).empty


def test_the_same_again_asks_for_nothing_and_changes_nothing(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    serve(core, payloads.performance("PF-1"))
    collect("PF-1")
    before, seen = rows(engine), len(core.seen)
    report = collect("PF-1")
    assert (report.unchanged, report.rows) == (1, 0)
    assert len(core.seen) == seen
    pd.testing.assert_frame_equal(rows(engine), before)


def test_unchanged_rows_are_stored_once_and_a_correction_beside_them(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    serve(core, payloads.performance("PF-1"))
    collect("PF-1")
    serve(core, eleventh("PF-1", corrected=True))
    report = collect("PF-1", as_of=ELEVENTH, version="4")
    # The new day, the corrected close, and the beginning of the row after it.
    assert (report.rows, report.new) == (5, 3)
    assert len(rows(engine)) == 7
    with engine.connect() as connection:
        as_of_tenth = read_input(connection, PERFORMANCE_INPUT, TENTH)
        as_of_eleventh = read_input(connection, PERFORMANCE_INPUT, ELEVENTH)
    assert as_of_tenth["end_mv"].tolist() == [1010.5, 1020.1234567891, 1120, 1100]
    assert as_of_eleventh["end_mv"].tolist() == [1010.5, 1021, 1120, 1100, 1095]


def test_an_earlier_day_moves_back_what_it_knew_already(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    serve(core, eleventh("PF-1", corrected=True))
    collect("PF-1", as_of=ELEVENTH, version="4")
    serve(core, payloads.performance("PF-1"))
    report = collect("PF-1", as_of=TENTH)
    assert (report.new, report.earlier) == (2, 2)
    with engine.connect() as connection:
        assert len(read_input(connection, PERFORMANCE_INPUT, TENTH)) == 4
        assert len(read_input(connection, PERFORMANCE_INPUT, ELEVENTH)) == 5
        assert read_input(connection, PERFORMANCE_INPUT, TENTH)["end_mv"].tolist() == [
            1010.5,
            1020.1234567891,
            1120,
            1100,
        ]


def test_other_rows_under_the_same_version_are_a_contradiction(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    serve(core, payloads.performance("PF-1"))
    serve(core, payloads.performance("PF-2"))
    collect("PF-1", "PF-2")
    changed = copy.deepcopy(payloads.performance("PF-1"))
    changed["valuation_points"][3]["end_mv"] = "1"
    serve(core, changed)
    # Another catalogue version makes it ask again; the payload says the version is the same.
    report = collect("PF-1", "PF-2", version="9")
    assert report.quarantined["reason"].tolist() == [
        "CONTRACT_VIOLATION_UPSTREAM: data_version: other rows than before under the same data "
        "version"
    ]
    own = rows(engine).query("portfolio_id == 'PF-1'")
    assert own["end_mv"].tolist() == [1010.5, 1020.1234567891, 1120.0, 1100.0]


def test_a_quarantined_portfolio_has_no_rows_as_of_the_day(
    engine: Engine, core: CoreServer, collect: Collect
) -> None:
    for name in ("PF-1", "PF-2"):
        serve(core, payloads.performance(name))
    collect("PF-1", "PF-2")
    broken = eleventh("PF-1")
    broken["valuation_points"][4]["mgmt_fees"] = "1"
    serve(core, broken)
    serve(core, eleventh("PF-2"))
    collect("PF-1", "PF-2", as_of=ELEVENTH, version="4")
    with engine.connect() as connection:
        found = read_input(connection, PERFORMANCE_INPUT, ELEVENTH)
        assert set(found["portfolio_id"]) == {"PF-2"}
        assert set(read_input(connection, PERFORMANCE_INPUT, TENTH)["portfolio_id"]) == {
            "PF-1",
            "PF-2",
        }
