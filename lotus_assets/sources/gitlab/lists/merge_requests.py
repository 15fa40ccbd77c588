"""Merge requests with `notes`, `commits`, `mergeRequestDiffs`, `approvedBy`, `labels`, `closing`.

`squashCommitSha` is there where one was squashed on merge.
"""

from collections.abc import Sequence

from lotus_assets.sources.gitlab.pages import Payload, ProjectReference
from lotus_assets.sources.gitlab.project_lists import Clients, GraphQLList
from lotus_assets.sources.gitlab.reduction import Node, Reduction, authors_by_name, note, titles


def payload(reduction: Reduction, node: Node, project: ProjectReference) -> Payload:
    """A merge request: description → `closing`; nested lists reduced."""
    kept = {key: value for key, value in node.items() if key != "description"}
    authors = authors_by_name(node["notes"])
    notes = [note(written, authors) for written in node["notes"] if is_stored(written)]
    return kept | {
        "project_id": project.project_id,
        "project_path": project.path,
        "closing": reduction.closing(node.get("description")),
        "labels": titles(node["labels"]),
        "approvedBy": [user["id"] for user in node["approvedBy"]],
        "commits": [reduction.commit(commit) for commit in node["commits"]],
        "notes": notes,
        "mergeRequestDiffs": node.get("mergeRequestDiffs", versions(node, notes)),
    }


def versions(node: Node, notes: Sequence[Node]) -> list[Payload]:
    """Versions where the edition does not list them (Free): the first was made with the merge
    request, and each push made another.
    """
    pushed = [push["createdAt"] for push in notes if push["action"] == "commit"]
    return [{"createdAt": at} for at in [node["createdAt"], *pushed]]


def is_stored(node: Node) -> bool:
    """A note of its own; label and milestone events that GitLab renders as notes have a hash
    instead of a number, and say nothing about reviews.
    """
    return str(node["id"]).rpartition("/")[2].isdigit()


def add_squash_commits(
    clients: Clients, project: ProjectReference, payloads: Sequence[Payload]
) -> None:
    """`squashCommitSha` of those merged by squashing: one request a page.

    GraphQL has no such field; `merge_requests?iids[]=` is the REST list that does. Every merged one
    is asked for: `squashOnMerge` follows the project's setting of today
    (`MergeRequest#squash_on_merge?`), not that of the merge.
    """
    iids = [str(request["iid"]) for request in payloads if request["state"] == "merged"]
    path = f"/projects/{project.project_id}/merge_requests"
    rows = clients.rest.get(path, **{"iids[]": iids, "per_page": len(iids)}) if iids else []
    squashed = {str(row["iid"]): row.get("squash_commit_sha") for row in rows}
    for request in payloads:
        request["squashCommitSha"] = squashed.get(str(request["iid"])) or None


MERGE_REQUESTS = GraphQLList(
    name="merge_requests",
    connection="mergeRequests",
    node="mergeRequest",
    feature="merge_requests",
    payload=payload,
    nested={
        "labels": "merge_request_labels",
        "approvedBy": "merge_request_approvals",
        "commits": "merge_request_commits",
        "mergeRequestDiffs": "merge_request_versions",
        "notes": "merge_request_notes",
    },
    complete=add_squash_commits,
    shared_by=2,
    few=15,
)
