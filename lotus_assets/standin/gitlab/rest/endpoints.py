"""Every REST address with the function that answers it."""

from lotus_assets.standin.gitlab.rest import (
    instance,
    issues,
    merge_requests,
    pipelines,
    projects,
    repository,
)
from lotus_assets.standin.gitlab.rest.call import Endpoint

OF_PROJECT: dict[str, Endpoint] = {
    "": projects.project,
    "/protected_branches": projects.protected_branches,
    "/environments": projects.environments,
    "/deployments": projects.deployments,
    "/events": projects.events,
    "/releases": projects.releases,
    "/releases/{tag}": projects.release,
    "/merge_requests": merge_requests.merge_requests,
    "/merge_requests/{iid}": merge_requests.merge_request,
    "/merge_requests/{iid}/notes": merge_requests.notes,
    "/merge_requests/{iid}/commits": merge_requests.commits,
    "/merge_requests/{iid}/versions": merge_requests.versions,
    "/merge_requests/{iid}/approvals": merge_requests.approvals,
    "/merge_requests/{iid}/pipelines": merge_requests.pipelines,
    "/merge_requests/{iid}/closes_issues": merge_requests.closes_issues,
    "/pipelines": pipelines.pipelines,
    "/pipelines/{pipeline}": pipelines.pipeline,
    "/pipelines/{pipeline}/jobs": pipelines.pipeline_jobs,
    "/pipelines/{pipeline}/bridges": pipelines.bridges,
    "/jobs": pipelines.jobs,
    "/jobs/{job}": pipelines.job,
    "/issues": issues.issues,
    "/issues/{iid}": issues.issue,
    "/issues/{iid}/notes": issues.notes,
    "/repository/branches": repository.branches,
    "/repository/branches/{branch}": repository.branch,
    "/repository/tags": repository.tags,
    "/repository/tags/{tag}": repository.tag,
    "/repository/commits": repository.commits,
    "/repository/commits/{sha}": repository.commit,
}
ENDPOINTS: dict[str, Endpoint] = {
    "/version": instance.version,
    "/metadata": instance.version,
    "/user": instance.current_user,
    "/users": instance.users,
    "/users/{user}": instance.user,
    "/personal_access_tokens/self": instance.current_token,
    "/groups": projects.groups,
    "/groups/{group}": projects.group,
    "/groups/{group}/projects": projects.group_projects,
    "/projects": projects.projects,
    **{f"/projects/{{project}}{rest}": endpoint for rest, endpoint in OF_PROJECT.items()},
}
"""Address below `/api/v4` → its endpoint."""
