"""How complex GitLab finds a query, and where it stops.

The rule is GitLab's own (`Types::BaseField` and `Resolvers::BaseResolver` of its sources, and
"Limits" of its GraphQL documentation): a field costs 1, or 2 when it asks Gitaly, or a constant
that it declares, plus what is selected below it. A field with a resolver costs
(children + 1 + 1 if sorted + 5 if searched + what its resolver adds), and if it is a connection
one hundredth more for each row of the page, unless rows are asked for by iid.
"""

from lotus_assets.standin.gitlab.graphql.connections import MAXIMUM_PAGE
from lotus_assets.standin.gitlab.graphql.entity import Arguments
from lotus_assets.standin.gitlab.graphql.plan import FieldPlan, Selection

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
        *("Query.project", "Query.projects", "Query.group", "Query.groups"),
        *("Query.user", "Query.users", "Query.metadata"),
        *("Group.projects", "Project.environments", "Project.issue", "Project.issues"),
        *("Project.mergeRequest", "Project.mergeRequests", "Project.pipeline"),
        *("Project.pipelines", "Project.release", "Project.releases", "Project.workItems"),
        *("MergeRequest.notes", "MergeRequest.pipelines", "MergeRequest.userNotesCount"),
        *("Issue.notes", "Issue.userNotesCount", "Pipeline.jobs", "Pipeline.stages"),
    }
)
PIPELINE_LISTS = {"Project.pipelines", "MergeRequest.pipelines"}


def complexity(selection: Selection) -> int:
    """The complexity of a selection: the sum of its fields."""
    return sum(map(field_complexity, selection.fields))


def field_complexity(field: FieldPlan) -> int:
    """The complexity of a field with all that is selected below it."""
    children = 0 if field.selection is None else complexity(field.selection)
    name = f"{field.parent}.{field.name}"
    if name not in RESOLVED:
        return CONSTANT.get(name, 1) + children
    own = children + 1 + _extra(name, field.arguments)
    if not field.is_connection:
        return own
    return int(own + own * _multiplier(field.arguments))


def _extra(name: str, arguments: Arguments) -> int:
    extra = (1 if arguments.get("sort") else 0) + (5 if arguments.get("search") else 0)
    if name == "Group.projects":
        extra += 10
    if name == "Project.pipeline" and arguments:
        extra -= 10
    if name in PIPELINE_LISTS:
        extra += 2 * sum(arguments.get(key) is not None for key in ("ref", "sha"))
    return extra


def _multiplier(arguments: Arguments) -> float:
    if arguments.get("iid") or arguments.get("iids"):
        return 0.0
    asked = (arguments.get("first"), arguments.get("last"), MAXIMUM_PAGE)
    rows: int = min(number for number in asked if number is not None)
    return rows * 0.01


def depth(selection: Selection) -> int:
    """How deeply fields are nested."""
    return 1 + max(
        (depth(field.selection) for field in selection.fields if field.selection is not None),
        default=0,
    )
