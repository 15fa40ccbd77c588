"""Closing references, resolved as GitLab does: in the own project, its namespace, anywhere."""

import pandas as pd

from lotus_assets.engine.delivery.closing_references import referenced_issues


def test_a_reference_is_to_the_own_project_its_namespace_or_any() -> None:
    references = pd.Series(["#12", "backend#7", "a/b#3", "#1"], index=[5, 6, 7, 8])
    paths = pd.Series(["toman/core/ledger"] * 3 + ["alone"])
    found = referenced_issues(references, paths)
    assert found.index.tolist() == [5, 6, 7, 8]
    assert found["issue_project_path"].tolist() == [
        "toman/core/ledger",
        "toman/core/backend",
        "a/b",
        "alone",
    ]
    assert found["issue_iid"].tolist() == [12, 7, 3, 1]
    assert referenced_issues(references[:0], paths[:0]).empty
