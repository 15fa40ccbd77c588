"""The client against a real server on loopback: what it retries, refuses, checks and sends."""

import copy
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from lotus_assets.services.lotus_core.contracts.shared import DecimalString
from lotus_assets.services.lotus_core.vocabulary import openapi_document
from lotus_assets.sources.lotus_core import contracts
from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.correlation import Correlation
from lotus_assets.sources.lotus_core.errors import (
    ERRORS,
    BrokenPayload,
    ContractViolation,
    LotusCoreError,
    ResourceNotFound,
    SourceUnavailable,
)
from lotus_assets.sources.lotus_core.json_form import AMOUNTS
from lotus_assets.sources.lotus_core.payloads import Payload
from lotus_assets_tests.integration.inputs.core_server import (
    CoreServer,
    Reply,
    core_server,
    listing,
    problem,
)
from lotus_assets_tests.unit.inputs import payloads
from lotus_assets_tests.unit.inputs.payloads import Json, json_hash, stream

DECIMAL_PATTERN = TypeAdapter(DecimalString).json_schema()["pattern"]
PERFORMANCE = contracts.PERFORMANCE_INPUT
PATH = "/integration/portfolios/PF-1/performance-input"
BODY = {"as_of_date": "2026-03-10", "lookback_days": 30}
FAST = Patience(connect_seconds=1, read_seconds=0.5, attempts=3, first_wait_seconds=0.01)


@pytest.fixture
def core() -> Iterator[CoreServer]:
    with core_server() as server:
        yield server


@pytest.fixture
def client(core: CoreServer) -> Iterator[LotusCoreClient]:
    with LotusCoreClient(core.url, patience=FAST, correlation=Correlation("run-7")) as client:
        yield client


def good() -> Reply:
    return Reply(content=stream(PERFORMANCE, payloads.performance()))


def ask(client: LotusCoreClient) -> Payload:
    return client.payload(PERFORMANCE, "PF-1", BODY)


def test_reads_a_payload_with_its_rows_and_hash(core: CoreServer, client: LotusCoreClient) -> None:
    core.answers(PATH, good())
    payload = ask(client)
    expected = payloads.performance()
    assert payload.content_hash == json_hash(expected)
    assert payload.page_hashes == (payload.content_hash,)
    assert payload.data_version == "3"
    assert payload.pages[0].rows["perf_date"].to_pylist()[0] == date(2026, 3, 4)
    assert payload.header["currency"] == "EUR"
    assert core.bodies(PATH) == [{"consumer_system": "lotus-assets", **BODY}]


def test_names_the_run_in_every_request(core: CoreServer, client: LotusCoreClient) -> None:
    core.answers(PATH, problem(503, "SOURCE_UNAVAILABLE"), good())
    ask(client)
    first, second = (headers for _, _, headers in core.seen)
    for headers in (first, second):
        assert headers["X-Correlation-Id"] == "run-7"
        trace = headers["X-Trace-Id"]
        assert re.fullmatch(rf"00-{trace}-[0-9a-f]{{16}}-01", headers["traceparent"])
        assert headers["Accept"] == "application/vnd.apache.arrow.stream, application/json;q=0.5"
    assert first["X-Request-Id"] != second["X-Request-Id"]
    assert first["X-Trace-Id"] == second["X-Trace-Id"]


@pytest.mark.parametrize(
    "failure",
    [
        problem(503, "SOURCE_UNAVAILABLE"),
        Reply(500, b"<html>", "text/html"),
        Reply(502, b"", "text/plain"),
        Reply(resets=True),
        Reply(content=b"x" * 5000, cut=700),
    ],
    ids=["503", "500", "proxy", "reset", "cut"],
)
def test_asks_again_after_a_failure_that_may_pass(
    failure: Reply, core: CoreServer, client: LotusCoreClient
) -> None:
    core.answers(PATH, failure, failure, good())
    assert ask(client).data_version == "3"
    assert len(core.seen) == 3


def test_gives_up_after_the_last_attempt(core: CoreServer, client: LotusCoreClient) -> None:
    core.answers(PATH, problem(503, "SOURCE_UNAVAILABLE", "the database is away"))
    with pytest.raises(SourceUnavailable, match=r"performance-input of PF-1.*database is away"):
        ask(client)
    assert len(core.seen) == FAST.attempts


def test_gives_up_a_silent_answer(core: CoreServer, client: LotusCoreClient) -> None:
    release = threading.Event()
    core.answers(PATH, Reply(release=release))
    with pytest.raises(SourceUnavailable, match="no answer from"):
        ask(client)
    release.set()


def test_says_where_nobody_listens() -> None:
    with core_server() as gone:
        url = gone.url
    with (
        LotusCoreClient(url, patience=FAST) as client,
        pytest.raises(SourceUnavailable, match=url),
    ):
        ask(client)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "INVALID_REQUEST"),
        (404, "RESOURCE_NOT_FOUND"),
        (422, "INSUFFICIENT_DATA"),
        (422, "UNSUPPORTED_CONFIGURATION"),
        (502, "CONTRACT_VIOLATION_UPSTREAM"),
    ],
)
def test_a_refusal_is_final_and_typed(
    status: int, code: str, core: CoreServer, client: LotusCoreClient
) -> None:
    core.answers(PATH, problem(status, code, "because"))
    with pytest.raises(LotusCoreError, match="because") as refused:
        ask(client)
    assert type(refused.value) is ERRORS[code]
    assert refused.value.status == status
    assert len(core.seen) == 1


def test_a_refusal_without_a_document_is_known_by_its_status(
    core: CoreServer, client: LotusCoreClient
) -> None:
    core.answers(PATH, Reply(404, b"not here", "text/plain"))
    with pytest.raises(ResourceNotFound):
        ask(client)


def broken_streams() -> list[tuple[str, Reply]]:
    payload = payloads.performance()
    right = stream(PERFORMANCE, payload)
    other_version = {**payload, "pas_contract_version": "rfc_063_v2"}
    other_subject = {**payload, "portfolio_id": "PF-2"}
    returns = stream(contracts.BENCHMARK_RETURNS, payloads.benchmark_returns())
    changed = copy.deepcopy(payload)
    changed["valuation_points"][0]["end_mv"] = "1010.6"
    return [
        ("media_type", Reply(content=b"{}", media_type="text/json")),
        ("stream", Reply(content=b"not an arrow stream")),
        ("stream", Reply(content=right[: len(right) // 2])),
        ("stream", Reply(content=stream(PERFORMANCE, {**payload, "consumer_system": "a\0b"}))),
        ("types", Reply(content=returns)),
        ("contract_version", Reply(content=stream(PERFORMANCE, other_version))),
        ("subject", Reply(content=stream(PERFORMANCE, other_subject))),
        ("content_hash", Reply(content=stream(PERFORMANCE, payload, claimed="0" * 64))),
        ("content_hash", Reply(content=stream(PERFORMANCE, changed, json_hash(payload)))),
        ("lineage", Reply(content=stream(PERFORMANCE, _without_version(payload)))),
    ]


def _without_version(payload: Json) -> Json:
    own = copy.deepcopy(payload)
    del own["lineage"]["data_version"]
    return own


@pytest.mark.parametrize(("rule", "reply"), broken_streams())
def test_a_broken_payload_is_named_by_its_rule_and_not_asked_again(
    rule: str, reply: Reply, core: CoreServer, client: LotusCoreClient
) -> None:
    core.answers(PATH, reply)
    with pytest.raises(BrokenPayload) as broken:
        ask(client)
    assert broken.value.rule == rule
    assert isinstance(broken.value, ContractViolation)
    assert len(core.seen) == 1


def as_json(payload: Json, claimed: str | None = None) -> Reply:
    """The payload as a lotus-core that speaks only JSON sends it."""
    said = copy.deepcopy(payload)
    said["lineage"]["content_hash"] = claimed or json_hash(payload)
    return Reply(content=json.dumps(said).encode(), media_type="application/json; charset=utf-8")


FORMS = [
    (contracts.PERFORMANCE_INPUT, payloads.performance),
    (contracts.MWR_INPUT, payloads.mwr),
    (contracts.ATTRIBUTION_INPUT, payloads.attribution),
    (contracts.CONTRIBUTION_INPUT, payloads.contribution),
    (contracts.POSITIONS_INPUT, payloads.positions),
    (contracts.POSITIONS_INPUT, lambda: with_performance(payloads.positions())),
    (contracts.BENCHMARK_ASSIGNMENT, payloads.assignment),
    (contracts.BENCHMARK_RETURNS, payloads.benchmark_returns),
    (contracts.RISK_FREE, payloads.risk_free),
]


def with_performance(payload: Json) -> Json:
    points = [payloads.point(1, "2026-03-09", "390", "400")]
    for position in payload["positions"]:
        position["performance"] = [
            {"period": "MTD", "start_date": "2026-03-09", "valuation_points": points},
            {"period": "YTD", "start_date": "2026-03-09", "valuation_points": []},
        ]
    return payload


@pytest.mark.parametrize(("contract", "make"), FORMS)
def test_json_alone_says_the_same_as_arrow(
    contract: contracts.Contract, make: Any, core: CoreServer, client: LotusCoreClient
) -> None:
    payload = make()
    subject = payload[contract.subject]
    core.answers(contract.path.format(subject=subject), as_json(payload))
    [page] = client.payload(contract, subject, {}).pages
    assert page.content_hash == json_hash(payload)
    assert page.rows.schema == contract.schema
    if contract is not contracts.POSITIONS_INPUT:  # whose rows the hand-made stream leaves out
        other = payloads.page_of(contract, make())
        assert page.rows.equals(other.rows)
        assert page.header == other.header


def test_decimals_of_json_are_normalised_before_they_are_hashed(
    core: CoreServer, client: LotusCoreClient
) -> None:
    """As the hash is of decimals normalised, a server may well write 1000.00."""
    payload = payloads.mwr()
    said = copy.deepcopy(payload)
    said["begin_mv"] = "1000.00"
    said["cash_flows"][1]["amount"] = "-50.0000000000"
    path = contracts.MWR_INPUT.path.format(subject="PF-1")
    core.answers(path, as_json(said, json_hash(payload)))
    read = client.payload(contracts.MWR_INPUT, "PF-1", {})
    assert read.header["begin_mv"] == "1000"
    assert read.pages[0].rows["amount"].to_pylist()[1] == -50


def changed(change: Callable[[Json], None], *, hashed: bool = True) -> Reply:
    payload = payloads.performance()
    honest = json_hash(payload)
    change(payload)
    return as_json(payload, None if hashed else honest)


def _point(name: str, value: Any) -> Callable[[Json], None]:
    return lambda payload: payload["valuation_points"][1].update({name: value})


BROKEN_JSON: list[tuple[str, Reply]] = [
    ("stream", Reply(content=b"not json", media_type="application/json")),
    ("stream", Reply(content=b"[" * 100_000, media_type="application/json")),
    ("stream", Reply(content=b"[]", media_type="application/json")),
    ("stream", changed(lambda payload: payload.pop("valuation_points"))),
    ("stream", changed(lambda payload: payload.update(consumer_system="a\0b"))),
    ("stream", changed(lambda payload: payload.update(mood=float("nan")))),
    ("types", changed(_point("end_mv", 1020.5))),
    ("types", changed(_point("end_mv", "1e3"))),
    ("types", changed(_point("end_mv", "1_020"))),
    ("types", changed(_point("end_mv", "١٠٢٠"))),
    ("types", changed(_point("end_mv", "1.12345678901"))),
    ("types", changed(_point("perf_date", "5 March"))),
    ("types", changed(_point("day", "2"))),
    ("types", changed(_point("surplus", "secret"))),
    ("types", changed(lambda payload: payload["valuation_points"][1].pop("bod_cf"))),
    ("contract_version", changed(lambda payload: payload.update(pas_contract_version="x"))),
    ("subject", changed(lambda payload: payload.update(portfolio_id="PF-2"))),
    ("content_hash", changed(_point("end_mv", "1020"), hashed=False)),
    ("types", changed(_point("day", 2.5), hashed=False)),
    ("content_hash", changed(lambda payload: payload.update(currency="USD"), hashed=False)),
    ("lineage", as_json(_without_version(payloads.performance()))),
]


@pytest.mark.parametrize(("rule", "reply"), BROKEN_JSON)
def test_broken_json_is_refused_as_a_broken_stream_is(
    rule: str, reply: Reply, core: CoreServer, client: LotusCoreClient
) -> None:
    core.answers(PATH, reply)
    with pytest.raises(BrokenPayload) as broken:
        ask(client)
    assert broken.value.rule == rule
    assert "secret" not in str(broken.value)
    assert len(core.seen) == 1


def test_every_decimal_beside_the_rows_is_known_as_one() -> None:
    """By the published contracts: what has another name would be hashed as it was written."""
    schemas = openapi_document()["components"]["schemas"]
    decimals = {
        name
        for schema in schemas.values()
        for name, member in schema.get("properties", {}).items()
        if json.dumps(DECIMAL_PATTERN) in json.dumps(member)
    }
    columns = {name for contract in contracts.CONTRACTS for name in contract.schema.names}
    assert decimals - columns <= AMOUNTS <= decimals


CONTRIBUTION = "/integration/portfolios/PF-1/contribution-input"


def pages(versions: tuple[str, str], fingerprints: tuple[str, str] = ("a", "a")) -> list[Reply]:
    """Two pages of a contribution input, a position each."""
    made = []
    for place in (0, 1):
        page = payloads.contribution()
        page["positions_data"] = page["positions_data"][place : place + 1]
        page["lineage"] = payloads.lineage(versions[place], fingerprints[place])
        page["lineage"]["next_page_token"] = "second" if place == 0 else None
        made.append(Reply(content=stream(contracts.CONTRIBUTION_INPUT, page)))
    return made


def test_follows_page_tokens_to_the_end(core: CoreServer, client: LotusCoreClient) -> None:
    core.answers(CONTRIBUTION, *pages(("3", "3")))
    payload = client.payload(contracts.CONTRIBUTION_INPUT, "PF-1", {"report": 1})
    assert [page.header["positions_data"][0]["position_id"] for page in payload.pages] == [
        "P-1",
        "P-2",
    ]
    first, second = core.bodies(CONTRIBUTION)
    assert "page_token" not in first
    assert second == {**first, "page_token": "second"}
    assert len(set(payload.page_hashes)) == 2
    assert payload.content_hash not in payload.page_hashes


@pytest.mark.parametrize(
    "replies", [pages(("3", "4")), pages(("3", "3"), ("a", "b"))], ids=["version", "request"]
)
def test_pages_of_different_versions_are_no_payload(
    replies: list[Reply], core: CoreServer, client: LotusCoreClient
) -> None:
    core.answers(CONTRIBUTION, *replies)
    with pytest.raises(BrokenPayload) as broken:
        client.payload(contracts.CONTRIBUTION_INPUT, "PF-1", {})
    assert broken.value.rule == "page_version"


@pytest.mark.parametrize(
    ("contract", "make"),
    [
        (contracts.MWR_INPUT, payloads.mwr),
        (contracts.ATTRIBUTION_INPUT, payloads.attribution),
        (contracts.CONTRIBUTION_INPUT, payloads.contribution),
        (contracts.POSITIONS_INPUT, payloads.positions),
        (contracts.BENCHMARK_RETURNS, payloads.benchmark_returns),
        (contracts.RISK_FREE, payloads.risk_free),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_hashes_every_contract_as_its_json(
    contract: contracts.Contract, make: Any, core: CoreServer, client: LotusCoreClient
) -> None:
    payload = make()
    subject = payload[contract.subject]
    core.answers(contract.path.format(subject=subject), Reply(content=stream(contract, payload)))
    assert client.payload(contract, subject, {}).content_hash == json_hash(payload)


def test_reads_side_by_side_within_its_bound_and_keeps_the_order(core: CoreServer) -> None:
    names = [f"PF-{number}" for number in range(20)]
    for name in names:
        content = stream(PERFORMANCE, payloads.performance(name))
        core.answers(f"/integration/portfolios/{name}/performance-input", Reply(content=content))
    del core.paths["/integration/portfolios/PF-7/performance-input"]
    with LotusCoreClient(core.url, parallelism=3, patience=FAST) as client:
        answers = list(
            client.side_by_side(names, lambda name: client.payload(PERFORMANCE, name, {}))
        )
    assert [name for name, _ in answers] == names
    assert isinstance(dict(answers)["PF-7"], ResourceNotFound)
    assert sum(isinstance(answer, Payload) for _, answer in answers) == 19
    assert core.most_under_way <= 3


def test_lists_portfolios_as_of_a_day(core: CoreServer, client: LotusCoreClient) -> None:
    entry = {
        "portfolio_id": "PF-1",
        "portfolio_currency": "EUR",
        "calendar_id": "TARGET",
        "open_date": "2021-01-04",
        "close_date": None,
        "data_version": "7",
        "something_new": 1,
    }
    path = "/integration/portfolios"
    core.answers(path, listing("portfolios", [entry], "2026-03-10"))
    [found] = client.portfolios(date(2026, 3, 10))
    assert (found.portfolio_id, found.data_version, found.close_date) == ("PF-1", "7", None)
    core.answers(path, listing("portfolios", [{**entry, "open_date": "soon"}], "2026-03-10"))
    with pytest.raises(BrokenPayload, match="open_date"):
        client.portfolios(date(2026, 3, 10))
