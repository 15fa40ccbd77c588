"""Every REST address with the function that answers it."""

from lotus_assets.standin.gitlab.rest import (
    instance,
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
    "/merge_requests": merge_requests.merge_requests,
    "/merge_requests/{iid}": merge_requests.merge_request,
    "/merge_requests/{iid}/approvals": merge_requests.approvals,
    "/pipelines": pipelines.pipelines,
    "/pipelines/{pipeline}/bridges": pipelines.bridges,
    "/repository/commits": repository.commits,
}
ENDPOINTS: dict[str, Endpoint] = {
    "/personal_access_tokens/self": instance.current_token,
    **{f"/projects/{{project}}{rest}": endpoint for rest, endpoint in OF_PROJECT.items()},
}
"""Address below `/api/v4` → its endpoint."""
