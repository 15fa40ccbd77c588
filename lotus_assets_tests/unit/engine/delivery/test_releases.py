"""Releases and bare tags: versions, dates, ISO weeks."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.releases import is_semver, release_cadence
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw, same_rows

RELEASES = "project_id tag_name released_at"
TAGS = "project_id tag_name tagged_at committed_at"


@pytest.mark.parametrize(
    "name",
    ["1.2.3", "v1.2.3", "0.0.0", "1.0.0-rc.1", "1.0.0-alpha-1+build.5", "1.0.0+001", "v10.20.30"],
)
def test_versions(name: str) -> None:
    assert is_semver(pd.Series([name])).tolist() == [True]


@pytest.mark.parametrize(
    "name",
    ["1.2", "vv1.2.3", "V1.2.3", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "release-1.2.3"],
)
def test_no_versions(name: str) -> None:
    assert is_semver(pd.Series([name])).tolist() == [False]


@pytest.mark.parametrize(
    "name",
    ["1.2.3\n", " 1.2.3", "1.2.٣", "v", "", "1.2.3.4", "1.2.3-a..b"],
)
def test_odd_texts_are_no_versions(name: str) -> None:
    assert is_semver(pd.Series([name])).tolist() == [False]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.sampled_from(["", "v", "vv"]))
def test_three_numbers_and_at_most_one_v(numbers: list[int], prefix: str) -> None:
    name = prefix + ".".join(map(str, numbers))
    assert is_semver(pd.Series([name])).tolist() == [len(numbers) == 3 and prefix != "vv"]


def test_releases_and_bare_tags_with_their_dates() -> None:
    releases = raw(RELEASES, [(1, "v1.0.0", at("2")), (1, "v2", None), (1, "lost", at("3"))])
    tags = raw(
        TAGS,
        [
            (1, "v1.0.0", at("1"), at("1")),
            (1, "v2", at("4"), at("1")),
            (1, "bare", None, at("5")),
            (2, "v1.0.0", at("6"), at("5")),
            (2, "undated", None, None),
        ],
    )

    found = release_cadence(releases, tags, "Europe/Amsterdam").set_index(
        ["project_id", "tag_name"]
    )

    assert found["released_at"].dropna().to_dict() == {
        (1, "bare"): at("5"),
        (1, "lost"): at("3"),
        (1, "v1.0.0"): at("2"),
        (1, "v2"): at("4"),
        (2, "v1.0.0"): at("6"),
    }
    assert found["is_release"].tolist() == [False, True, True, True, False, False]
    assert found["semver_valid"].tolist() == [False, False, True, False, False, True]
    assert found["reason"].dropna().to_dict() == {
        (1, "lost"): "tag_missing",
        (2, "undated"): "date_missing",
    }


@pytest.mark.parametrize(
    ("instant", "week"),
    [
        ("2026-03-29T21:59Z", "2026-W13"),  # Sunday 23:59 in Amsterdam, after the clock change
        ("2026-03-29T22:00Z", "2026-W14"),
        ("2026-01-04T22:59Z", "2026-W01"),
        ("2027-01-03T12:00Z", "2026-W53"),
        ("2025-12-28T23:00Z", "2026-W01"),
    ],
)
def test_the_iso_week_of_the_amsterdam_day(instant: str, week: str) -> None:
    releases = raw(RELEASES, [(1, "v1", pd.Timestamp(instant))])

    found = release_cadence(releases, raw(TAGS), "Europe/Amsterdam")

    assert found["cadence_bucket"].tolist() == [week]


def test_row_order_does_not_matter_and_nothing_gives_nothing() -> None:
    releases = raw(RELEASES, [(1, f"v{n}", at("2")) for n in range(5)])
    tags = raw(TAGS, [(1, f"v{n}", at("2"), None) for n in range(3, 9)])

    assert same_rows(
        release_cadence(releases, tags, "UTC"), release_cadence(releases[::-1], tags[::-1], "UTC")
    )
    assert release_cadence(raw(RELEASES), raw(TAGS), "UTC").empty
