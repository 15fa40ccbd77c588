"""What goes wrong on purpose, as a client meets it."""

import httpx
import pytest

from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.standin.conftest import project_named
from lotus_assets_tests.standin_fixtures import StandinFactory, client_of

CHECKOUT = "/api/v4/projects/toman%2Fcore%2Fcheckout"
PATTERN = "*/projects/toman/core/checkout/merge_requests"
QUERY = "query Who { metadata { version } }"


def asked(client: httpx.Client) -> httpx.Response:
    return client.get(CHECKOUT + "/merge_requests", params={"per_page": 100})


@pytest.mark.parametrize(
    ("effect", "status", "content_type", "retry_after"),
    [
        (faults.too_many_requests(retry_after=7), 429, "text/plain", "7"),
        (faults.too_many_requests(retry_after=None), 429, "text/plain", None),
        (faults.bad_gateway(), 502, "text/html", None),
        (faults.html_page(), 200, "text/html", None),
        (faults.not_found(), 404, "application/json", None),
    ],
)
def test_another_answer_comes_once(
    effect: faults.Respond,
    status: int,
    content_type: str,
    retry_after: str | None,
    standin: StandinFactory,
    young_world: Store,
) -> None:
    server = standin(young_world)
    server.faults.add(effect, method="GET", path=PATTERN)
    with client_of(server) as client:
        spoiled, well = asked(client), asked(client)
    assert spoiled.status_code == status
    assert spoiled.headers["Content-Type"].startswith(content_type)
    assert spoiled.headers.get("Retry-After") == retry_after
    assert well.status_code == 200 and well.json()
    assert [request.status for request in server.requests] == [status, 200]


def test_a_connection_is_cut_inside_a_body(standin: StandinFactory, young_world: Store) -> None:
    server = standin(young_world)
    server.faults.add(faults.CutBody(), path=PATTERN)
    with client_of(server) as client:
        with pytest.raises(
            httpx.RemoteProtocolError, match="without sending complete message body"
        ):
            asked(client)
        assert asked(client).json()


def test_an_answer_comes_too_late(standin: StandinFactory, young_world: Store) -> None:
    server = standin(young_world)
    server.faults.add(faults.Delay(2), path=PATTERN)
    with client_of(server) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get(CHECKOUT + "/merge_requests", timeout=0.2)
        assert asked(client).json()


def test_an_entity_is_gone_between_list_and_detail(
    standin: StandinFactory, young_store: Store
) -> None:
    def delete(store: Store) -> None:
        del project_named(store, "toman/core/checkout").merge_requests[1]

    server = standin(young_store)
    server.faults.add(faults.Change(delete), path=PATTERN + "/1")
    with client_of(server) as client:
        assert 1 in {row["iid"] for row in asked(client).json()}
        assert client.get(CHECKOUT + "/merge_requests/1").status_code == 404
        assert 1 not in {row["iid"] for row in asked(client).json()}


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        (faults.graphql_errors("Internal server error"), "Internal server error"),
        (
            faults.complexity_refused(297),
            "Query has complexity of 297, which exceeds max complexity of 250",
        ),
        (faults.graphql_timeout("MergeRequest.notes"), "Timeout on MergeRequest.notes"),
    ],
)
def test_graphql_answers_200_with_errors(
    effect: faults.Respond, message: str, standin: StandinFactory, young_world: Store
) -> None:
    server = standin(young_world)
    server.faults.add(effect, operation="Who", nth=2)
    with client_of(server) as client:
        answers = [client.post("/api/graphql", json={"query": QUERY}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[1].json() == {"errors": [{"message": message}]}
    assert "data" in answers[0].json() and "data" in answers[2].json()


def test_graphql_gives_up_with_its_database(standin: StandinFactory, young_world: Store) -> None:
    server = standin(young_world)
    server.faults.add(faults.statement_timeout())
    with client_of(server) as client:
        answer = client.post("/api/graphql", json={"query": QUERY})
    assert answer.status_code == 503
    assert "less complex query" in answer.json()["errors"][0]["message"]


def test_requests_are_logged_with_their_operation(
    standin: StandinFactory, young_world: Store
) -> None:
    server = standin(young_world)
    with client_of(server) as client:
        client.post("/api/graphql", json={"query": QUERY})
        client.get("/api/v4/personal_access_tokens/self?x=1")
    logged = [(row.method, row.path, row.query, row.operation) for row in server.requests]
    assert logged == [
        ("POST", "/api/graphql", "", "Who"),
        ("GET", "/api/v4/personal_access_tokens/self", "x=1", None),
    ]


def test_a_large_list_is_kept_until_a_change_is_told(
    standin: StandinFactory, young_store: Store
) -> None:
    data = project_named(young_store, "toman/core/checkout")
    example = data.pipelines[next(iter(data.pipelines))]
    data.pipelines = {number: {**example, "id": number} for number in range(1, 6_001)}
    server = standin(young_store)

    def newest() -> int:
        with client_of(server) as client:
            number: int = client.get(CHECKOUT + "/pipelines").json()[0]["id"]
            return number

    def append(store: Store) -> None:
        pipelines = project_named(store, "toman/core/checkout").pipelines
        pipelines[6_001] = {**example, "id": 6_001}

    assert newest() == 6_000
    server.change(append)
    assert newest() == 6_001
