"""restatement: how many figures the run restated, beside the table, and the page of all of them.

The rows are written where figures are replaced (`filling.restatement`); nothing is worked out here.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import select

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.filling.restatement import TABLE, restated_by_cause
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.graph.gated_assets import table_metadata, table_spec
from lotus_assets.graph.inputs import Inputs, inputs_of
from lotus_assets.graph.layers import ANALYTICS
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.outputs.pages.page_files import pages_folder, write_pages
from lotus_assets.sources.warehouse.copying import read_query
from lotus_assets.sources.warehouse.schema import database_table

SHOWN = 20
"""Restatements that the materialisation shows."""
ON_PAGE = 500
"""Restatements that the page shows."""
CHECK = "nothing_was_restated"
LINEAGE = {
    "figure": columns_of(metric_daily.TABLE, "metric"),
    "figure_date": columns_of(metric_daily.TABLE, "date"),
    "subject": columns_of(metric_daily.TABLE, *LEVELS),
    "row_key": columns_of(metric_daily.TABLE, *metric_daily.TABLE.key),
    **dict.fromkeys(("old_value", "new_value"), columns_of(metric_daily.TABLE, "value")),
    **dict.fromkeys(("cause", "reasons"), columns_of(metric_daily.TABLE, "projects_left_out")),
}
"""Of the metrics' figures; portfolios' tables write theirs in runs of their own."""


def latest(inputs: Inputs, run_id: str | None = None, limit: int = SHOWN) -> pd.DataFrame:
    """The latest restatements, of one run or of all."""
    stored = database_table(TABLE)
    query = select(*(stored.c[name] for name in TABLE.columns))
    if run_id is not None:
        query = query.where(stored.c.run_id == run_id)
    query = query.order_by(stored.c.restated_at.desc(), stored.c.restatement_id).limit(limit)
    with inputs.connect() as connection:
        return read_query(connection, TABLE, query)


@asset_step(
    name=TABLE.name,
    specs=[table_spec(TABLE, ANALYTICS, [metric_daily.TABLE.name], lineage=LINEAGE)],
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=TABLE.name,
            description="No exported figure says something else since this run. What does is no "
            "mistake, but readers have seen another number: the table says which and why.",
        )
    ],
)
def restatement(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
    """What the run restated of the metrics; portfolios' runs say it at their own tables."""
    inputs = inputs_of(context, environment)
    with inputs.connect() as connection:
        causes = restated_by_cause(connection, inputs.run_id)
        of_all_runs = restated_by_cause(connection)
    count = sum(causes.values())
    # The page's templates are for this step alone.
    from lotus_assets.outputs.restated_page.restated_page import restated_page

    page = restated_page(latest(inputs, limit=ON_PAGE), of_all_runs, inputs.now)
    write_pages(pages_folder(inputs.settings), TABLE.name, page)
    metadata = {
        "restated": dg.MetadataValue.int(count),
        "causes": dg.MetadataValue.json(causes),
        "sample": table_metadata(latest(inputs, inputs.run_id)),
    }
    yield dg.MaterializeResult(asset_key=TABLE.name, metadata=metadata)
    yield dg.AssetCheckResult(
        asset_key=TABLE.name,
        check_name=CHECK,
        passed=count == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{count} exported figures restated by this run",
        metadata=metadata,
    )
