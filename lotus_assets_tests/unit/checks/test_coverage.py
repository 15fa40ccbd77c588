"""Coverage judged: the share, the list of excluded projects, and their reasons."""

import pandas as pd
import pytest

from lotus_assets.checks.coverage import excluded_projects, judged_share, unexplained_projects
from lotus_assets.facts.coverage import TABLE


def rows(*projects: tuple[str, bool, bool, str | None]) -> pd.DataFrame:
    """(path, active, collected, reason) of one run."""
    frame = pd.DataFrame(
        [
            {
                "run_id": "run",
                "project_id": number,
                "path": path,
                "active": is_active,
                "collected": is_collected,
                "reason": reason,
            }
            for number, (path, is_active, is_collected, reason) in enumerate(projects)
        ],
        columns=TABLE.columns,
    )
    return TABLE.schema.validate(frame)


def many(collected: int, forbidden: int) -> pd.DataFrame:
    return rows(
        *((f"a/read-{number}", True, True, None) for number in range(collected)),
        *((f"a/secret-{number}", True, False, "forbidden") for number in range(forbidden)),
    )


@pytest.mark.parametrize(
    ("collected", "forbidden", "is_enough"),
    [(19, 1, True), (18, 1, False), (1, 0, True), (0, 1, False)],  # 95 %, 94.7 %, 100 %, 0 %
)
def test_ninety_five_per_cent_are_enough(collected: int, forbidden: int, is_enough: bool) -> None:
    findings = judged_share(many(collected, forbidden))
    assert findings.is_kept is is_enough
    assert findings.figures["coverage"] == collected / (collected + forbidden)


def test_projects_that_are_not_active_are_listed_and_do_not_count() -> None:
    found = rows(
        ("a/one", True, True, None),
        ("a/old", False, False, "archived"),
        ("a/new", True, False, "error:http_500"),
        ("a/empty", False, True, "empty_repository"),
    )
    findings = judged_share(found)
    assert findings.figures["coverage"] == 1 / 2
    listed = excluded_projects(found)
    # Active ones first; what was read as far as it goes is not excluded.
    assert listed["path"].tolist() == ["a/new", "a/old"]
    assert listed["reason"].tolist() == ["error:http_500", "archived"]


def test_without_active_projects_there_is_nothing_to_cover() -> None:
    findings = judged_share(rows(("a/old", False, False, "archived")))
    assert findings.is_kept
    assert findings.figures["coverage"] is None
    assert findings.summary == "0 of 0 active projects collected whole"


def test_every_excluded_project_is_explained() -> None:
    found = rows(("a/one", True, False, None), ("a/two", True, False, "forbidden"))
    unexplained = unexplained_projects(found)
    assert unexplained.rows["path"].tolist() == ["a/one"]
    assert not unexplained.is_kept
