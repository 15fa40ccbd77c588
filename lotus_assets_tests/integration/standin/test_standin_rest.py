"""REST through real HTTP: tokens, paging, filters, refusals, limits."""

import httpx
import pytest

from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.limits import RateLimits
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.integration.standin.conftest import project_named
from lotus_assets_tests.standin_fixtures import StandinFactory, client_of

CHECKOUT = "/api/v4/projects/toman%2Fcore%2Fcheckout"
TOKEN = "/api/v4/personal_access_tokens/self"


@pytest.fixture(scope="module")
def checkout(young_world: Store) -> ProjectData:
    return project_named(young_world, "toman/core/checkout")


@pytest.mark.parametrize(
    "headers",
    [{"PRIVATE-TOKEN": "{}"}, {"Authorization": "Bearer {}"}],
    ids=["private token", "bearer"],
)
def test_a_token_may_be_shown_in_two_ways(
    headers: dict[str, str], world_server: StandinServer
) -> None:
    shown = {name: value.format(world_server.token) for name, value in headers.items()}
    response = httpx.get(world_server.url + TOKEN, headers=shown)
    assert response.status_code == 200
    assert response.json()["scopes"] == ["read_api", "read_repository"]


def test_an_unknown_token_is_refused_even_for_what_is_public(world_server: StandinServer) -> None:
    with client_of(world_server, "glpat-unknown") as client:
        response = client.get(CHECKOUT)
    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})


def test_without_a_token_a_private_project_is_not_there(world_server: StandinServer) -> None:
    with client_of(world_server, "") as client:
        response = client.get(CHECKOUT + "/merge_requests")
        assert (response.status_code, response.json()["message"]) == (404, "404 Project Not Found")
        assert client.get(TOKEN).status_code == 401


def test_a_token_without_the_scope_may_only_look_at_itself(
    standin: StandinFactory, young_world: Store
) -> None:
    narrow = Token("glpat-narrow", frozenset({"read_repository"}), token_id=9)
    server = standin(young_world, tokens=[narrow])
    with client_of(server, "glpat-narrow") as client:
        refused = client.get(CHECKOUT)
        itself = client.get(TOKEN)
    assert refused.status_code == 403
    assert refused.json()["error"] == "insufficient_scope"
    assert itself.json()["scopes"] == ["read_repository"]
    assert "glpat-narrow" not in itself.text


def test_pages_follow_one_another_to_the_end(reader: httpx.Client, checkout: ProjectData) -> None:
    url: str | None = CHECKOUT + "/merge_requests?per_page=3&order_by=updated_at&sort=asc"
    seen, sizes = [], []
    while url:
        response = reader.get(url)
        seen += [row["iid"] for row in response.json()]
        sizes.append(len(response.json()))
        url = response.links.get("next", {}).get("url")
    expected = sorted(
        checkout.merge_requests.values(), key=lambda row: (row["updated_at"], row["id"])
    )
    assert seen == [row["iid"] for row in expected]
    assert set(sizes[:-1]) == {3} and 1 <= sizes[-1] <= 3


def test_headers_tell_where_a_page_stands(reader: httpx.Client, checkout: ProjectData) -> None:
    total = len(checkout.merge_requests)
    headers = reader.get(CHECKOUT + "/merge_requests", params={"per_page": 2, "page": 2}).headers
    names = ("X-Page", "X-Per-Page", "X-Prev-Page", "X-Next-Page", "X-Total", "X-Total-Pages")
    assert [headers[name] for name in names] == [
        *("2", "2", "1", "3", str(total), str(-(-total // 2))),
    ]
    assert headers["X-Request-Id"]


def test_a_page_holds_100_rows_at_most(reader: httpx.Client) -> None:
    response = reader.get(CHECKOUT + "/events", params={"per_page": 1000})
    assert len(response.json()) == 100
    assert response.headers["X-Per-Page"] == "100"


def many_patterns(store: Store, count: int) -> None:
    data = project_named(store, "toman/core/checkout")
    example = data.protected_branches[0]
    data.protected_branches = [{**example, "name": f"b{number:06}"} for number in range(count)]


@pytest.mark.parametrize(("count", "has_totals"), [(10_000, True), (10_001, False)])
def test_totals_vanish_beyond_10000_rows(
    count: int, has_totals: bool, standin: StandinFactory, young_store: Store
) -> None:
    many_patterns(young_store, count)
    with client_of(standin(young_store)) as client:
        response = client.get(CHECKOUT + "/protected_branches", params={"per_page": 100})
    assert ("X-Total" in response.headers) is has_totals
    assert ("X-Total-Pages" in response.headers) is has_totals
    assert ("last" in response.links) is has_totals
    assert "next" in response.links


def test_offsets_beyond_50000_are_refused(standin: StandinFactory, young_store: Store) -> None:
    many_patterns(young_store, 50_100)
    with client_of(standin(young_store)) as client:
        url = CHECKOUT + "/protected_branches"
        last = client.get(url, params={"per_page": 100, "page": 500})
        beyond = client.get(url, params={"per_page": 100, "page": 501})
    assert [row["name"] for row in last.json()][-1] == "b049999"
    assert beyond.status_code == 405
    assert beyond.json()["error"].startswith("Offset pagination has a maximum allowed offset of")


@pytest.mark.parametrize(
    "name", ["merge_requests", "pipelines", "deployments", "events", "protected_branches"]
)
def test_lists_without_keyset_paging_refuse_it(name: str, reader: httpx.Client) -> None:
    refused = reader.get(f"{CHECKOUT}/{name}", params={"pagination": "keyset"})
    assert refused.status_code == 405


def test_merge_requests_can_be_asked_for_by_iid(reader: httpx.Client) -> None:
    response = reader.get(CHECKOUT + "/merge_requests?iids[]=3&iids[]=1&iids[]=99999")
    assert sorted(row["iid"] for row in response.json()) == [1, 3]


def test_time_filters_include_their_border(reader: httpx.Client, checkout: ProjectData) -> None:
    border = sorted(row["updated_at"] for row in checkout.merge_requests.values())[-3]
    listed = reader.get(
        CHECKOUT + "/merge_requests", params={"updated_after": border, "per_page": 100}
    ).json()
    assert len(listed) == 3
    assert border in {row["updated_at"] for row in listed}


def test_deployments_pair_filter_and_order(reader: httpx.Client, checkout: ProjectData) -> None:
    url = CHECKOUT + "/deployments"
    border = sorted(row["updated_at"] for row in checkout.deployments)[-2]
    refused = reader.get(url, params={"updated_after": border})
    paired = reader.get(url, params={"updated_after": border, "order_by": "updated_at"})
    assert refused.status_code == 400
    assert "must be paired" in refused.json()["message"]
    assert len(paired.json()) == 2


def test_events_exclude_the_days_they_are_asked_between(
    reader: httpx.Client, checkout: ProjectData
) -> None:
    days = sorted({row["created_at"][:10] for row in checkout.events})
    after, day, before = days[0], days[1], days[2]
    parameters = {"after": after, "before": before, "per_page": "100"}
    response = reader.get(CHECKOUT + "/events", params=parameters)
    expected = [row["id"] for row in checkout.events if after < row["created_at"][:10] < before]
    assert sorted(row["id"] for row in response.json()) == sorted(expected)
    assert day in {row["created_at"][:10] for row in response.json()}


def test_events_are_filtered_by_action_and_name_a_reopening_as_an_opening(
    reader: httpx.Client, young_world: Store
) -> None:
    """`EventsFinder#by_action` (app/finders/events_finder.rb); `Event#action_name`."""
    data = next(
        data
        for data in young_world.projects.values()
        if ("reopened", "Issue") in {(row["action"], row["target_type"]) for row in data.events}
    )
    url = f"/api/v4/projects/{data.project['id']}/events"
    for action, name in (("closed", "closed"), ("reopened", "opened"), ("created", "opened")):
        parameters = {"action": action, "target_type": "issue", "per_page": "100"}
        rows = reader.get(url, params=parameters).json()
        assert {row["id"] for row in rows} == {
            event["id"]
            for event in data.events
            if (event["action"], event["target_type"]) == (action, "Issue")
        }
        assert {(row["action_name"], row.get("push_data")) for row in rows} == {(name, None)}
        assert all("action" not in row for row in rows)


def test_commits_of_all_refs_come_with_statistics_on_request(
    reader: httpx.Client, checkout: ProjectData
) -> None:
    parameters = {"all": "true", "with_stats": "true", "per_page": "100"}
    response = reader.get(CHECKOUT + "/repository/commits", params=parameters)
    assert "X-Total" not in response.headers
    row = response.json()[0]
    assert row["stats"] == checkout.commits[row["id"]]["stats"]
    assert "stats" not in reader.get(CHECKOUT + "/repository/commits").json()[0]


def test_bridges_name_the_child_pipelines_they_started(
    reader: httpx.Client, young_world: Store
) -> None:
    data = project_named(young_world, "toman/exchange/market-data")
    url = f"/api/v4/projects/{data.project['id']}/pipelines"
    children = reader.get(url, params={"source": "parent_pipeline", "per_page": 100}).json()
    rows = data.pipelines.values()
    listed = reader.get(url, params={"per_page": 100}).json()
    assert "parent_pipeline" not in {row["source"] for row in listed}
    assert children
    assert {row["id"] for row in children} == {
        row["id"] for row in rows if row["source"] == "parent_pipeline"
    }
    started = {
        bridge["downstream_pipeline"]["id"]
        for row in rows
        for bridge in reader.get(f"{url}/{row['id']}/bridges").json()
        if bridge["downstream_pipeline"]
    }
    assert started == {row["id"] for row in children}


@pytest.mark.parametrize(
    ("feature", "lists"),
    [
        ("merge_requests", ["merge_requests", "merge_requests/1/approvals"]),
        ("builds", ["pipelines", "pipelines/1/bridges", "deployments", "environments"]),
    ],
)
def test_a_feature_that_is_off_answers_403(
    feature: str, lists: list[str], standin: StandinFactory, young_store: Store
) -> None:
    data = project_named(young_store, "toman/core/checkout")
    data.project[f"{feature}_access_level"] = "disabled"
    with client_of(standin(young_store)) as client:
        assert {client.get(f"{CHECKOUT}/{name}").status_code for name in lists} == {403}
        assert client.get(CHECKOUT).status_code == 200


def test_nothing_of_a_forbidden_project_is_shown(
    standin: StandinFactory, young_store: Store
) -> None:
    project_named(young_store, "toman/core/checkout").access = "forbidden"
    with client_of(standin(young_store)) as client:
        details = [client.get(CHECKOUT + rest) for rest in ("", "/merge_requests", "/events")]
    assert {response.status_code for response in details} == {403}


def test_what_is_not_there_answers_404(reader: httpx.Client) -> None:
    unknown = reader.get("/api/v4/projects/toman%2Fnothing")
    assert (unknown.status_code, unknown.json()["message"]) == (404, "404 Project Not Found")
    assert reader.get(CHECKOUT + "/merge_requests/99999").status_code == 404
    assert reader.get(CHECKOUT + "/pipelines/99999/bridges").status_code == 404
    # GitLab has more addresses than anybody here asks for.
    for address in ("/api/v4/nothing", "/api/v4/users", CHECKOUT + "/jobs"):
        answer = reader.get(address)
        assert (answer.status_code, answer.json()) == (404, {"message": "404 Not found"})


@pytest.mark.parametrize(
    "parameters",
    [{"updated_after": "soon"}, {"sort": "up"}, {"per_page": "many"}, {"per_page": "0"}],
    ids=str,
)
def test_parameters_that_make_no_sense_answer_400(
    parameters: dict[str, str], reader: httpx.Client
) -> None:
    assert reader.get(CHECKOUT + "/merge_requests", params=parameters).status_code == 400


def test_clone_addresses_are_the_stand_ins_own(
    reader: httpx.Client, world_server: StandinServer
) -> None:
    address = reader.get(CHECKOUT).json()["http_url_to_repo"]
    assert address == f"{world_server.url}/toman/core/checkout.git"


def test_rate_limits_are_announced_and_kept(standin: StandinFactory, young_world: Store) -> None:
    server = standin(young_world, limits=RateLimits(requests_per_minute=2))
    server.limiter.clock = lambda: 60_030.0
    with client_of(server) as client:
        answers = [client.get(TOKEN) for _ in range(3)]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "30"
    assert answers[2].text == "Retry later\n"


def test_a_refusal_may_leave_out_when_to_come_again(
    standin: StandinFactory, young_world: Store
) -> None:
    limits = RateLimits(requests_per_minute=1, has_retry_after=False)
    server = standin(young_world, limits=limits)
    server.limiter.clock = lambda: 60_030.0
    with client_of(server) as client:
        client.get(TOKEN)
        refused = client.get(TOKEN)
    assert refused.status_code == 429
    assert "Retry-After" not in refused.headers
