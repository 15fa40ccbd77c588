"""All protected branches and patterns."""

from lotus_assets.sources.gitlab.pages import Payload, ProjectReference, Row
from lotus_assets.sources.gitlab.project_lists import RestList


def payload(row: Row, project: ProjectReference) -> Payload:
    """What is stored of a protected branch."""
    return {
        "project_id": project.project_id,
        "name": row["name"],
        "allow_force_push": row.get("allow_force_push"),
    }


PROTECTED_BRANCHES = RestList("protected_branches", path="protected_branches", payload=payload)
