"""Opening a project: its first commit, its protected branch, its books."""

from lotus_assets.standin.gitlab.store import Payload, ProjectData
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import DAY
from lotus_assets.standin.gitlab.world.people import PEOPLE
from lotus_assets.standin.gitlab.world.plans import ProjectPlan
from lotus_assets.standin.gitlab.world.repository import Repository
from lotus_assets.standin.gitlab.world.simulation import Site, World


def open_site(world: World, plan: ProjectPlan, identifier: int) -> Site:
    """A project with its first commit and protected default branch, made before history."""
    folder, _, path = plan.path.rpartition("/")
    created_at = world.start - 400 * DAY + identifier * 60_000
    data = ProjectData(
        payloads.project(
            identifier,
            path,
            world.store.groups[folder],
            default_branch=plan.default_branch,
            created_at=created_at,
        )
    )
    data.project["merge_method"] = plan.merge_method
    data.project["approvals_before_merge"] = plan.approvals_required
    site = Site(world, plan, data, Repository(plan.default_branch))
    world.sites[plan.path] = site
    world.store.projects[identifier] = data
    founder = next((item for item in PEOPLE if item.user_id in plan.team), PEOPLE[0])
    revision = site.commit(
        (),
        {"README.md": site.new_lines(12), "api/service.py": site.new_lines(40)},
        "Start\n",
        author=founder,
        authored_at=created_at,
    )
    site.repository.refs[f"refs/heads/{plan.default_branch}"] = revision.sha
    site.free_files.append("api/service.py")
    data.protected_branches.append(protection(world, plan.default_branch))
    return site


def protection(world: World, name: str, *, allow_force_push: bool = False) -> Payload:
    """`GET /projects/:id/protected_branches`: maintainers push and merge."""
    identifier = world.identifier("protected_branch")
    level = {
        "id": identifier * 2,
        "access_level": 40,
        "access_level_description": "Maintainers",
        "deploy_key_id": None,
        "user_id": None,
        "group_id": None,
    }
    return {
        "id": identifier,
        "name": name,
        "push_access_levels": [level],
        "merge_access_levels": [{**level, "id": identifier * 2 + 1}],
        "allow_force_push": allow_force_push,
        "unprotect_access_levels": [],
        "code_owner_approval_required": False,
        "inherited": False,
    }
