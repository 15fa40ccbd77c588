"""The light and its reasons, and reasons of quarantine in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lotus_assets.outputs.pages.data_quality import CheckOutcome, CoveredProject, StoppedStep
from lotus_assets.outputs.pages.engineering_pages import files_without_figures
from lotus_assets.outputs.pages.quality_page import quality_files
from lotus_assets.outputs.pages.quarantine_words import in_words, key_in_words
from lotus_assets_tests.unit.outputs.pages.figures import DAY, MAKING, quality

BROKEN = CheckOutcome("fact_mr", "has_no_reason", "…", False, True, 3, "")
STOPPED = StoppedStep("collect_mr", "raw_mr: 3 of 40 rows break <their> contract")


def test_nothing_wrong_is_green() -> None:
    assert quality().light().tone == "green"


@pytest.mark.parametrize(
    ("changes", "tone", "reason"),
    [
        ({"expected_day": DAY + timedelta(days=1)}, "red", "2026-03-26 is missing"),
        ({"day": None}, "red", "there are no figures yet"),
        (
            {"stopped": [STOPPED]},
            "red",
            "the last run stopped at collect_mr: these are the figures worked out 2026-03-26 01:00",
        ),
        ({"coverage": 0.9}, "red", "90.0\N{NO-BREAK SPACE}% of active projects"),
        ({"coverage": 0.95}, "green", ""),
        ({"parity": 0.97}, "red", "97.0\N{NO-BREAK SPACE}% of sampled fields"),
        ({"parity": None, "coverage": None}, "green", ""),
        ({"checks": [BROKEN]}, "red", "1 check failed"),
        ({"checks": [replace(BROKEN, is_severe=False)]}, "amber", "1 check with a warning"),
        (
            {"projects": [CoveredProject("toman/a", True, False, "forbidden")]},
            "amber",
            "1 active project not collected whole",
        ),
    ],
)
def test_the_light_names_what_is_wrong(changes: dict[str, object], tone: str, reason: str) -> None:
    light = quality(**changes).light()
    assert light.tone == tone
    assert reason in light.reason


def test_the_worst_decides_and_comes_first() -> None:
    light = quality(coverage=0.5, checks=[replace(BROKEN, is_severe=False)]).light()
    assert light.tone == "red"
    assert light.reason.index("active projects") < light.reason.index("warning")


@pytest.mark.parametrize(
    ("reason", "payload", "words"),
    [
        (
            "duration_sec: greater_than_or_equal_to(0); finished_before_started",
            {"duration_sec": -96.0},
            "duration_sec is -96.0, must be at least 0; finished before started",
        ),
        (
            "status: isin(['created', 'running'])",
            {"status": "levitating"},
            "status is levitating, must be one of created, running",
        ),
        ("merged_without_merged_at", {}, "merged without merged at"),
        (
            "username: str_length(1, None)",
            {"username": "j.doe"},
            "username must have a length of 1, None",
        ),
        (
            "created_at: not_nullable",
            {"created_at": None},
            "created_at is empty, must not be empty",
        ),
    ],
)
def test_reasons_of_quarantine_need_no_dictionary(
    reason: str, payload: dict[str, object], words: str
) -> None:
    assert in_words(reason, payload) == words


def test_a_row_is_known_by_its_own_ids() -> None:
    payload = {"iid": 8, "mr_id": 300, "project_id": 5, "author_id": 7, "title": "secret"}
    assert key_in_words(payload) == "iid 8, mr 300"


def test_the_page_holds_what_is_known() -> None:
    broken = quality(checks=[BROKEN], parity=0.9)
    [(name, content)] = quality_files(broken, MAKING.generated_at).items()
    assert name == "quality.html"
    text = content.decode()
    assert "toman/old" in text
    assert "has no reason" in text
    assert "90.00" in text


def test_the_page_says_where_the_run_stopped_and_that_there_are_no_figures() -> None:
    stopped = quality(day=None, computed_at=None, stopped=[STOPPED])
    text = quality_files(stopped, MAKING.generated_at)["quality.html"].decode()
    assert "collect_mr" in text
    assert "3 of 40 rows break &lt;their&gt; contract" in text
    assert "There are no figures yet" in text
    assert "Figures as of" not in text


def test_without_any_figures_only_the_page_of_data_quality_is_made() -> None:
    nothing = quality(day=None, stopped=[STOPPED])
    files, entries = files_without_figures(nothing, MAKING.generated_at)
    assert files.keys() == {"index.html", "quality.html"}
    assert "says what is wrong" in files["index.html"].decode()
    assert "has no figures yet" in entries["weekly.html"].decode()
