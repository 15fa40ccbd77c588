"""Closing references, resolved: which issue of which project is meant."""

import pandas as pd


def referenced_issues(references: pd.Series, project_paths: pd.Series) -> pd.DataFrame:
    """issue_project_path and issue_iid of each reference, in the rows of `references`.

    `#7` is the issue of the project that says so (`project_paths`), `backend#7` that of another
    project of its namespace, `group/backend#7` that of any.
    """
    parts = references.astype("string").str.extract(r"^(?P<path>.*)#(?P<iid>\d+)$")
    own = project_paths.astype("string").set_axis(references.index)
    path = parts["path"].where(parts["path"].ne(""), own)
    namespace = own.str.extract(r"^(.*/)", expand=False).fillna("")
    path = path.where(path.str.contains("/", regex=False), namespace + path)
    iids = pd.to_numeric(parts["iid"]).astype("Int64")
    return pd.DataFrame({"issue_project_path": path, "issue_iid": iids})
