"""Projects with their environments and releases: one listing under the root groups.

It comes first in every run: it proves the token, finds the projects, and asks GitLab once for all
of them what has changed.
"""

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import select

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw import raw_environment, raw_project, raw_release
from lotus_assets.raw.probing import probe_projects
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.pages import ProjectReference
from lotus_assets.sources.organisation import root_groups_of
from lotus_assets.sources.warehouse.schema import database_table


def read(reading: Reading, _all: int) -> Iterator[Batch]:
    """All projects; whatever was known and is not listed any more has vanished."""
    # A group that is unknown shows in the listing.
    reading.source.check_access((), reading.progress)
    groups = root_groups_of(reading.settings, reading.source)
    references = []
    for page in reading.source.projects(groups):
        projects = raw_project.rows(page.payloads)
        whole = [payload for payload in page.payloads if "unread" not in payload]
        listed = projects.loc[
            projects["project_id"].isin([payload["project_id"] for payload in whole]),
            ["project_id"],
        ]
        references += [ProjectReference.of(payload) for payload in page.payloads]
        yield Batch(
            frames={
                raw_project.TABLE: projects,
                raw_environment.TABLE: raw_environment.rows(whole),
                raw_release.TABLE: raw_release.rows(whole),
            },
            complete=(
                CompleteList(raw_environment.TABLE, listed),
                CompleteList(raw_release.TABLE, listed),
            ),
            outcomes={
                payload["project_id"]: payload["unread"].reason if "unread" in payload else None
                for payload in page.payloads
            },
        )
    yield Batch(frames={}, complete=(CompleteList(raw_project.TABLE, _known(reading)),))
    probe_projects(reading, references)


def _known(reading: Reading) -> pd.DataFrame:
    projects = database_table(raw_project.TABLE)
    with reading.engine.connect() as connection:
        known = connection.scalars(select(projects.c.project_id)).all()
    return pd.DataFrame({"project_id": pd.array(known, dtype="Int64")})


collect_projects = collection_asset(
    "collect_projects",
    (raw_project.TABLE, raw_environment.TABLE, raw_release.TABLE),
    read,
    deps=(),
    is_daily=False,
    is_by_project=False,
)
