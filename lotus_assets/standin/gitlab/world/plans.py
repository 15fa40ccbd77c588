"""What kinds of projects toman has: their rhythm, their rules, their CI."""

from dataclasses import dataclass
from typing import Literal

MergeMethod = Literal["merge", "rebase_merge", "ff"]
Resets = Literal["none", "all", "code_owners"]
"""Whose approvals a push takes back; the first of a team owns the code."""
When = Literal["review", "main", "tag"]


@dataclass(frozen=True)
class JobPlan:
    """One job of a project's CI configuration."""

    name: str
    stage: str
    seconds: float
    when: frozenset[When] = frozenset({"review", "main"})
    needs: tuple[str, ...] | None = None
    allow_failure: bool = False
    is_manual: bool = False
    environment: str | None = None
    failure_rate: float = 0.0
    child: tuple["JobPlan", ...] = ()


@dataclass(frozen=True)
class ProjectPlan:
    """A project: the team's habits, in numbers."""

    path: str
    requests_per_day: float = 0.0
    issues_per_day: float = 0.0
    team: tuple[int, ...] = ()
    merge_method: MergeMethod = "merge"
    squash_rate: float = 0.0
    default_branch: str = "main"
    approvals_required: int = 1
    resets_approvals: Resets = "none"
    direct_pushes_per_day: float = 0.0
    jobs: tuple[JobPlan, ...] = ()
    environments: tuple[tuple[str, str | None], ...] = ()
    release_days: int = 0
    tag_form: str = "v{major}.{minor}.{patch}"
    has_nightly: bool = False
    uses_branch_pipelines: bool = False


_MAIN: frozenset[When] = frozenset({"main"})
_RELEASE: frozenset[When] = frozenset({"tag"})
_EVERY: frozenset[When] = frozenset({"review", "main", "tag"})

_CHECKS = (
    JobPlan("compile", "build", 95, _EVERY, failure_rate=0.02),
    JobPlan("lint", "test", 40, failure_rate=0.02, allow_failure=True),
    JobPlan("unit", "test", 180, _EVERY, failure_rate=0.045),
    JobPlan("integration", "test", 320, failure_rate=0.05),
)
_STAGED = (
    *_CHECKS,
    JobPlan("image", "package", 120, _MAIN),
    JobPlan("deploy-staging", "staging", 70, _MAIN, environment="staging", failure_rate=0.01),
    JobPlan(
        "deploy-production",
        "production",
        90,
        _MAIN,
        is_manual=True,
        allow_failure=True,
        environment="production",
    ),
)
_ROLLED_BACK = (
    *_STAGED,
    JobPlan(
        "rollback-production",
        "production",
        30,
        _MAIN,
        is_manual=True,
        allow_failure=True,
        environment="production",
    ),
)
"""With a job of its own that takes the last deployment back."""
_CONTINUOUS = (
    *_CHECKS,
    JobPlan("deploy-staging", "staging", 70, _MAIN, environment="staging"),
    JobPlan("deploy-eu", "production", 80, _MAIN, environment="prod/eu", failure_rate=0.02),
)
_COPIED = (
    *_STAGED,
    JobPlan("deploy-copy", "staging", 50, _MAIN, environment="production-copy"),
)
"""With an environment whose name says production and whose tier does not."""
_REGIONS = (
    *_CONTINUOUS,
    JobPlan("deploy-us", "production", 85, _MAIN, environment="prod/us", failure_rate=0.02),
)
"""Two regions, deployed to side by side."""
_GRAPH = (
    JobPlan("compile", "build", 240, _EVERY, needs=(), failure_rate=0.02),
    JobPlan("sanitise", "build", 60, needs=()),
    JobPlan("unit", "test", 150, _EVERY, needs=("compile",), failure_rate=0.04),
    JobPlan("replay", "test", 400, needs=("compile", "sanitise"), failure_rate=0.06),
    JobPlan("report", "report", 20),
    JobPlan(
        "deploy-production", "deploy", 60, _MAIN, needs=("unit", "replay"), environment="production"
    ),
)
_PARENT = (
    JobPlan("plan", "prepare", 25, failure_rate=0.01),
    JobPlan(
        "feeds",
        "trigger",
        2,
        child=(
            JobPlan("feed-equities", "feed", 140, failure_rate=0.05),
            JobPlan("feed-rates", "feed", 120, failure_rate=0.03),
        ),
    ),
    JobPlan("unit", "test", 200, failure_rate=0.04),
    JobPlan("publish", "publish", 45, _MAIN),
)
_RELEASED = (
    *_CHECKS,
    JobPlan("bundle", "package", 260, _RELEASE, failure_rate=0.02),
    JobPlan("store-upload", "publish", 100, _RELEASE),
)
_DOCUMENT = (JobPlan("render", "build", 30, failure_rate=0.02),)

PLANS = (
    ProjectPlan(
        "toman/core/checkout",
        0.75,
        0.30,
        (101, 102, 103, 104, 105),
        approvals_required=2,
        resets_approvals="all",
        direct_pushes_per_day=0.04,
        jobs=_COPIED,
        environments=(
            ("staging", "staging"),
            ("production", "production"),
            ("production-copy", "testing"),
        ),
        has_nightly=True,
    ),
    ProjectPlan(
        "toman/core/ledger",
        0.48,
        0.18,
        (101, 104, 106, 107),
        squash_rate=0.6,
        jobs=_CONTINUOUS,
        environments=(("staging", "staging"), ("prod/eu", "production")),
        direct_pushes_per_day=0.03,
    ),
    ProjectPlan(
        "toman/core/identity/accounts",
        0.37,
        0.15,
        (108, 109, 110),
        merge_method="ff",
        jobs=_ROLLED_BACK,
        environments=(("staging", "staging"), ("production", "production")),
        resets_approvals="all",
    ),
    ProjectPlan(
        "toman/core/identity/tokens",
        0.27,
        0.1,
        (108, 110, 123),
        merge_method="rebase_merge",
        jobs=_RELEASED,
        release_days=12,
        approvals_required=1,
    ),
    ProjectPlan(
        "toman/core/platform-charts",
        0.24,
        0.06,
        (102, 106, 111),
        merge_method="ff",
        squash_rate=1.0,
        direct_pushes_per_day=0.25,
        jobs=_DOCUMENT,
        approvals_required=0,
    ),
    ProjectPlan(
        "toman/exchange/orderbook",
        0.82,
        0.32,
        (112, 113, 114, 115, 116),
        approvals_required=2,
        jobs=_STAGED,
        environments=(("staging", "staging"), ("production", "production")),
        squash_rate=0.2,
        has_nightly=True,
        uses_branch_pipelines=True,
        resets_approvals="code_owners",
    ),
    ProjectPlan(
        "toman/exchange/matching-engine",
        0.48,
        0.2,
        (112, 114, 117),
        merge_method="ff",
        jobs=_GRAPH,
        environments=(("production", None),),
        resets_approvals="all",
        direct_pushes_per_day=0.02,
    ),
    ProjectPlan(
        "toman/exchange/market-data",
        0.41,
        0.14,
        (113, 115, 118),
        jobs=_PARENT,
        approvals_required=1,
    ),
    ProjectPlan(
        "toman/exchange/settlement",
        0.34,
        0.14,
        (116, 117, 118),
        jobs=_CONTINUOUS,
        environments=(("staging", None), ("prod/eu", None)),
        squash_rate=0.3,
    ),
    ProjectPlan(
        "toman/corporate-services/payroll",
        0.31,
        0.14,
        (119, 120, 124),
        default_branch="master",
        jobs=_STAGED,
        environments=(("staging", "staging"), ("production", "production")),
        direct_pushes_per_day=0.06,
    ),
    ProjectPlan(
        "toman/corporate-services/invoicing",
        0.31,
        0.12,
        (119, 120, 121),
        merge_method="ff",
        squash_rate=0.5,
        jobs=_RELEASED,
        release_days=16,
        tag_form="release-{year}.{month:02d}.{patch}",
    ),
    ProjectPlan(
        "toman/corporate-services/helpdesk",
        0.17,
        0.14,
        (119, 121),
        jobs=_CHECKS,
        direct_pushes_per_day=0.08,
        approvals_required=0,
    ),
    ProjectPlan(
        "toman/c-side/mobile-app",
        0.51,
        0.24,
        (103, 105, 109, 122),
        jobs=_RELEASED,
        release_days=9,
        squash_rate=0.3,
        has_nightly=True,
    ),
    ProjectPlan(
        "toman/c-side/web-shop",
        0.48,
        0.2,
        (105, 107, 122, 125),
        jobs=_REGIONS,
        environments=(
            ("staging", "staging"),
            ("prod/eu", "production"),
            ("prod/us", "production"),
        ),
        release_days=20,
        default_branch="trunk",
    ),
    ProjectPlan(
        "toman/c-side/loyalty",
        0.24,
        0.1,
        (109, 122, 123),
        merge_method="rebase_merge",
        jobs=_CHECKS,
        release_days=25,
        tag_form="{major}.{minor}.{patch}",
    ),
)
"""The working projects. Those of the edges are in `edge_cases`."""

GROUPS = (
    ("toman", "Toman"),
    ("toman/core", "Core"),
    ("toman/core/identity", "Identity"),
    ("toman/corporate-services", "Corporate Services"),
    ("toman/exchange", "Exchange"),
    ("toman/c-side", "C-Side"),
)
