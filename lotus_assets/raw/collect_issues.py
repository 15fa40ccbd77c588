"""Issues with their state events and the merge requests that close them."""

from collections.abc import Iterator

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw import raw_issue, raw_issue_closing_mr, raw_issue_event, raw_project
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.raw.vanishing import still_there


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The issues of one project that are new or moved."""
    window = reading.window(project_id, "issues")
    if window is not None:
        yield Batch(frames={}, updated_at=window.updated_after)
        for page in reading.source.issues(reading.references[project_id], window):
            issues = raw_issue.rows(page.payloads)
            parents = issues[["project_id", "issue_id", "updated_at"]]
            yield Batch(
                frames={
                    raw_issue.TABLE: issues,
                    raw_issue_event.TABLE: raw_issue_event.rows(page.payloads),
                    raw_issue_closing_mr.TABLE: raw_issue_closing_mr.rows(page.payloads),
                },
                complete=(CompleteList(raw_issue_closing_mr.TABLE, parents, version="updated_at"),),
                updated_at=page.updated_at,
            )
    yield from still_there(reading, project_id, "issues", raw_issue.TABLE)


collect_issues = collection_asset(
    "collect_issues",
    (raw_issue.TABLE, raw_issue_event.TABLE, raw_issue_closing_mr.TABLE),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
