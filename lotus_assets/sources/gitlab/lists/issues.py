"""Issues with `labels`, `events` (closed, reopened) and `closingMergeRequests`."""

from collections.abc import Sequence

from lotus_assets.sources.gitlab.pages import Payload, ProjectReference
from lotus_assets.sources.gitlab.project_lists import Clients, GraphQLList
from lotus_assets.sources.gitlab.reduction import Node, Reduction, note, titles

ISSUES_A_REQUEST = 50
EVENTS = {"closed": "closed", "opened": "reopened", "reopened": "reopened"}
"""What notes record of an issue's state → the event that it is: an issue is opened without one."""


def payload(_reduction: Reduction, node: Node, project: ProjectReference) -> Payload:
    """An issue: notes → `events`."""
    notes = [note(written) for written in node["notes"]]
    kept = {key: value for key, value in node.items() if key != "notes"}
    return kept | {
        "project_id": project.project_id,
        "project_path": project.path,
        "labels": titles(node["labels"]),
        "events": [
            written | {"action": EVENTS[written["action"]]}
            for written in notes
            if written["action"] in EVENTS
        ],
    }


def add_closing_merge_requests(
    clients: Clients, project: ProjectReference, payloads: Sequence[Payload]
) -> None:
    """`closingMergeRequests`: the merge requests of an issue's closing list, if it has any."""
    iids = [str(issue["iid"]) for issue in payloads if issue.get("mergeRequestsCount")]
    closing: dict[str, list[Payload]] = {}
    for start in range(0, len(iids), ISSUES_A_REQUEST):
        some = iids[start : start + ISSUES_A_REQUEST]
        variables = {"project": project.path, "iids": some, "first": len(some)}
        data = clients.graphql.execute("closing_merge_requests", variables).data
        items = ((data.get("project") or {}).get("workItems") or {}).get("nodes") or []
        closing |= {str(item["iid"]): closing_list(item) for item in items}
    for issue in payloads:
        issue["closingMergeRequests"] = closing.get(str(issue["iid"]), [])


def closing_list(item: Node) -> list[Payload]:
    """The merge requests in the widgets of a work item."""
    return [
        closing["mergeRequest"]
        for widget in item.get("widgets") or []
        for closing in (widget.get("closingMergeRequests") or {}).get("nodes") or []
        if closing.get("mergeRequest")
    ]


ISSUES = GraphQLList(
    name="issues",
    connection="issues",
    node="issue",
    feature="issues",
    payload=payload,
    nested={"labels": "issue_labels", "notes": "issue_notes"},
    complete=add_closing_merge_requests,
    shared_by=3,
    few=25,
)
