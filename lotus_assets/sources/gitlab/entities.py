"""Merge requests, pipelines and issues of a project, each page whole before it is given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lotus_assets.sources.gitlab.connections import (
    ISSUE_LISTS,
    MERGE_REQUEST_LISTS,
    PIPELINE_LISTS,
    completed,
)
from lotus_assets.sources.gitlab.graphql import GraphQLClient, PageSize
from lotus_assets.sources.gitlab.listing import Listing, UnreadableError
from lotus_assets.sources.gitlab.marks import ProbedEntity
from lotus_assets.sources.gitlab.pages import (
    Page,
    Payload,
    ProjectReference,
    Window,
    gid_number,
)
from lotus_assets.sources.gitlab.reduction import Reduction
from lotus_assets.sources.gitlab.rest import RestClient

IDENTIFIERS_A_PAGE = 100
ISSUES_A_REQUEST = 50
_CONNECTIONS = {
    "merge_requests": "mergeRequests",
    "issues": "issues",
    "pipelines": "pipelines",
}


@dataclass(frozen=True)
class Entities:
    """The GraphQL lists of one project after the other; holds no state of its own."""

    graphql: GraphQLClient
    rest: RestClient
    reduction: Reduction

    def merge_requests(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Pages of merge requests, with the squash commits that only REST tells."""

        def payload(node: Mapping[str, Any]) -> Payload:
            whole = completed(self.graphql, node, MERGE_REQUEST_LISTS, project.path, "mergeRequest")
            return self.reduction.merge_request(whole, project.project_id)

        listing = Listing(
            self.graphql, "merge_requests", "mergeRequests", "merge_requests", payload
        )
        for page in listing.pages(project, window):
            squashed = self._squash_commits(project, page.payloads)
            for each in page.payloads:
                each["project_path"] = project.path
                each["squashCommitSha"] = squashed.get(str(each["iid"]))
            yield page

    def pipelines(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Pages of pipelines with all of their jobs."""

        def payload(node: Mapping[str, Any]) -> Payload:
            whole = completed(self.graphql, node, PIPELINE_LISTS, project.path, "pipeline")
            return whole | {"project_id": project.project_id}

        listing = Listing(self.graphql, "pipelines", "pipelines", "pipelines", payload)
        yield from listing.pages(project, replace(window, with_open=False))

    def issues(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Pages of issues, with the merge requests of their closing lists."""

        def payload(node: Mapping[str, Any]) -> Payload:
            whole = completed(self.graphql, node, ISSUE_LISTS, project.path, "issue")
            return self.reduction.issue(whole, project.project_id)

        listing = Listing(self.graphql, "issues", "issues", "issues", payload)
        for page in listing.pages(project, window):
            closing = self._closing_merge_requests(project, page.payloads)
            for each in page.payloads:
                each["project_path"] = project.path
                each["closingMergeRequests"] = closing.get(str(each["iid"]), [])
            yield page

    def identifiers(self, project: ProjectReference, entity: ProbedEntity) -> Iterator[list[int]]:
        """Ids of all that exist of one entity."""
        size = PageSize(first=IDENTIFIERS_A_PAGE, largest=IDENTIFIERS_A_PAGE)
        pages = self.graphql.pages(
            f"{entity}_identifiers",
            {"project": project.path},
            "project",
            _CONNECTIONS[entity],
            size=size,
        )
        for _, connection in pages:
            if connection is None:
                raise UnreadableError
            yield [gid_number(node["id"]) for node in connection["nodes"]]

    def _squash_commits(
        self, project: ProjectReference, payloads: Sequence[Payload]
    ) -> dict[str, str]:
        """iid → SHA of the squash commit, of those merged by squashing: one request a page.

        GraphQL has no such field; `merge_requests?iids[]=` is the REST list that does.
        """
        iids = [
            str(each["iid"])
            for each in payloads
            if each["state"] == "merged" and each.get("squashOnMerge")
        ]
        if not iids:
            return {}
        path = f"/projects/{project.project_id}/merge_requests"
        rows = self.rest.get(path, **{"iids[]": iids, "per_page": len(iids)})
        return {
            str(row["iid"]): row["squash_commit_sha"]
            for row in rows
            if row.get("squash_commit_sha")
        }

    def _closing_merge_requests(
        self, project: ProjectReference, payloads: Sequence[Payload]
    ) -> dict[str, list[Payload]]:
        """Issue iid → merge requests of its closing list, of those issues that have any."""
        iids = [str(each["iid"]) for each in payloads if each.get("mergeRequestsCount")]
        found: dict[str, list[Payload]] = {}
        for start in range(0, len(iids), ISSUES_A_REQUEST):
            some = iids[start : start + ISSUES_A_REQUEST]
            variables = {"project": project.path, "iids": some, "first": len(some)}
            data = self.graphql.execute("closing_merge_requests", variables).data
            items = ((data.get("project") or {}).get("workItems") or {}).get("nodes") or []
            for item in items:
                found[str(item["iid"])] = [
                    closing["mergeRequest"]
                    for widget in item.get("widgets") or []
                    for closing in (widget.get("closingMergeRequests") or {}).get("nodes") or []
                    if closing.get("mergeRequest")
                ]
        return found
