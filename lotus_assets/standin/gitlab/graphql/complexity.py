"""How complex GitLab finds a query, and where it stops.

The rule is GitLab's own (`Types::BaseField` and `Resolvers::BaseResolver` of its sources, and
"Limits" of its GraphQL documentation): a field costs 1, or 2 when it asks Gitaly, or a constant
that it declares, plus what is selected below it. A field with a resolver costs
(children + 1 + 1 if sorted + what its resolver adds), and if it is a connection
one hundredth more for each row of the page, unless rows are asked for by iid.
"""

from lotus_assets.standin.gitlab.graphql.connections import MAXIMUM_PAGE
from lotus_assets.standin.gitlab.graphql.entity import Arguments
from lotus_assets.standin.gitlab.graphql.plan import FieldPlan, SelectedFields

AUTHENTICATED_LIMIT = 250
ANONYMOUS_LIMIT = 200
DEPTH_LIMIT = 20

CONSTANT = {
    "MergeRequest.mergedAt": 5,
    "MergeRequest.labels": 5,
    "Issue.labels": 5,
    "MergeRequest.commits": 2,
    "MergeRequest.diffHeadSha": 2,
    "MergeRequest.diffStatsSummary": 2,
    "Repository.empty": 2,
    "Repository.rootRef": 2,
}
RESOLVED = frozenset(
    {
        *("Query.project", "Query.group", "Query.groups", "Query.users", "Query.metadata"),
        *("Group.projects", "Project.deployment", "Project.environments"),
        *("Project.issue", "Project.issues", "Project.mergeRequest", "Project.mergeRequests"),
        *("Project.pipeline", "Project.pipelines", "Project.releases", "Project.workItems"),
        *("MergeRequest.notes", "Issue.notes", "Pipeline.jobs", "Pipeline.stages"),
    }
)
SORTED_BY_DEFAULT = {"Query.users", "Project.releases", "Project.workItems"}
"""Resolvers with an order by default, an argument that the schema here leaves out."""


def complexity(selection: SelectedFields) -> int:
    """The complexity of a selection: the sum of its fields."""
    return sum(map(field_complexity, selection.fields))


def field_complexity(field: FieldPlan) -> int:
    """The complexity of a field with all that is selected below it."""
    children = 0 if field.selection is None else complexity(field.selection)
    name = f"{field.parent}.{field.name}"
    if name not in RESOLVED:
        return CONSTANT.get(name, 1) + children
    cost = children + 1 + _extra(name, field.arguments)
    if not field.is_connection:
        return cost
    return int(cost + cost * _multiplier(field.arguments))


def _extra(name: str, arguments: Arguments) -> int:
    extra = 1 if arguments.get("sort") or name in SORTED_BY_DEFAULT else 0
    if name == "Group.projects":
        extra += 10
    if name == "Project.pipeline" and arguments:
        extra -= 10
    return extra


def _multiplier(arguments: Arguments) -> float:
    if arguments.get("iid") or arguments.get("iids"):
        return 0.0
    asked = arguments.get("first")
    return 0.01 * (MAXIMUM_PAGE if asked is None else min(int(asked), MAXIMUM_PAGE))


def depth(selection: SelectedFields) -> int:
    """How deeply fields are nested."""
    return 1 + max(
        (depth(field.selection) for field in selection.fields if field.selection is not None),
        default=0,
    )
