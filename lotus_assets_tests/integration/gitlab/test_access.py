"""The first requests: is this token good for what is asked of it?"""

from pathlib import Path

import pytest

from lotus_assets.sources.gitlab.errors import AccessError, UnreachableError
from lotus_assets.sources.gitlab.source import GitLabSource
from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets_tests.integration.gitlab.reading import PATIENCE, ROOTS, StartScene


def source(url: str, token: str, folder: Path) -> GitLabSource:
    return GitLabSource(url, token, clones=folder, patience=PATIENCE)


def test_a_good_token(scene: StartScene) -> None:
    begun = scene()
    access = begun.source.check_access(ROOTS)
    assert access.version.startswith("18.8")
    assert access.is_enterprise
    assert set(access.scopes) == {"read_api", "read_repository"}


def test_a_wrong_token_stops_at_once(scene: StartScene, tmp_path: Path) -> None:
    begun = scene()
    wrong = "glpat-not-this-one"
    with source(begun.server.url, wrong, tmp_path) as other:
        with pytest.raises(AccessError, match=r"refused the token \(401\)") as refused:
            other.check_access(ROOTS)
        assert wrong not in str(refused.value)
        assert other.statistics.requests == 1


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [({"read_api"}, "read_repository"), ({"read_repository"}, "read_api")],
)
def test_a_missing_scope_is_named(
    scene: StartScene, tmp_path: Path, scopes: set[str], missing: str
) -> None:
    token = Token("glpat-narrow", frozenset(scopes))
    begun = scene(tokens=[token])
    with (
        source(begun.server.url, token.value, tmp_path) as other,
        pytest.raises(AccessError, match=f"lacks the scope {missing}"),
    ):
        other.check_access(ROOTS)


def test_an_unknown_root_group_is_named(scene: StartScene) -> None:
    begun = scene()
    with pytest.raises(AccessError, match="no group 'toman/mars'"):
        begun.source.check_access([*ROOTS, "toman/mars"])
    with pytest.raises(AccessError, match="no group 'toman/mars'"):
        list(begun.source.projects(["toman/mars"]))


def test_groups_of_the_tokens_user_are_found_without_their_subgroups(scene: StartScene) -> None:
    begun = scene()
    groups = begun.source.own_groups()
    every = set(begun.store.groups)
    assert set(groups) == {path for path in every if path.rpartition("/")[0] not in every}


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with (
        source("http://127.0.0.1:1", "token", tmp_path) as nowhere,
        pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1.*could not be made"),
    ):
        nowhere.check_access(ROOTS)


def test_the_address_may_end_with_the_api(scene: StartScene, tmp_path: Path) -> None:
    begun = scene()
    with source(f"{begun.server.url}/api/v4/", begun.server.token, tmp_path) as other:
        assert other.check_access(ROOTS).is_enterprise


def test_the_token_is_in_no_representation(scene: StartScene) -> None:
    begun = scene()
    shown = [repr(begun.source), repr(begun.source.session), repr(vars(begun.source))]
    assert all(begun.server.token not in text for text in shown)


def test_an_answer_is_parsed_once(scene: StartScene) -> None:
    begun = scene()
    answer = begun.source.session.get(f"{begun.server.url}/api/v4/personal_access_tokens/self")
    assert answer.json()["scopes"] == ["read_api", "read_repository"]
    # Parsed when it was judged, whole or cut off; whoever asks again gets the same object.
    assert answer.json() is answer.json()
