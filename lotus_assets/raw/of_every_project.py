"""The collections that are made of every project, in the order in which they run.

`COLLECTED_BY` knows a collection once its file is imported; imported from here, it knows them all.
"""

from lotus_assets.raw.collect_deployments import collect_deployments
from lotus_assets.raw.collect_events import collect_events
from lotus_assets.raw.collect_issues import collect_issues
from lotus_assets.raw.collect_merge_requests import collect_merge_requests
from lotus_assets.raw.collect_pipelines import collect_pipelines
from lotus_assets.raw.collect_protected_branches import collect_protected_branches
from lotus_assets.raw.collect_repository import collect_repository
from lotus_assets.raw.reading import COLLECTED_BY

__all__ = ["COLLECTED_BY", "OF_EVERY_PROJECT"]

OF_EVERY_PROJECT = (
    collect_protected_branches,
    collect_events,
    collect_merge_requests,
    collect_issues,
    collect_deployments,
    collect_pipelines,
    collect_repository,
)
