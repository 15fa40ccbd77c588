"""Protected branches and patterns: a short REST list, read whole every time."""

from collections.abc import Iterator

import pandas as pd

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw import raw_project, raw_protected_branch
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.protected_branches import PROTECTED_BRANCHES
from lotus_assets.tables.table import Table


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds."""
    return {raw_protected_branch.TABLE: raw_protected_branch.rows(payloads)}


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """All protected branches of one project."""
    for page in reading.source.pages(PROTECTED_BRANCHES, reading.references[project_id]):
        yield Batch(frames=page_rows(page.payloads))
    project = pd.DataFrame({"project_id": pd.array([project_id], dtype="Int64")})
    yield Batch(frames={}, complete=(CompleteList(raw_protected_branch.TABLE, project),))


collect_protected_branches = collection_asset(
    "collect_protected_branches",
    (raw_protected_branch.TABLE,),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=False,
)
