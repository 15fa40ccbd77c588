"""portfolio_report: a page a portfolio in `pages/portfolios/`, and the index that leads to them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from lotus_assets.graph.domains import PERSONAL_DATA_TAG, PersonalData
from lotus_assets.graph.input_checks import Lacking, input_result, input_spec
from lotus_assets.graph.layers import EXPORTS, SINGLE_RUN
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.inputs import input_tables
from lotus_assets.inputs.input_assets import PARTITIONS
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import AS_OF, SHARD, asked_partitions
from lotus_assets.outputs.pages.page_files import pages_folder
from lotus_assets.outputs.portfolio_report.report_paths import INDEX
from lotus_assets.outputs.portfolio_report.report_tables import TABLES
from lotus_assets.sources.warehouse.bookkeeping import write_export_files

if TYPE_CHECKING:
    from lotus_assets.outputs.portfolio_report.report_files import WrittenPages

PREVIEWED = 100
"""Lines of the index that the preview shows."""
DEPENDENCIES = [
    *(dg.AssetDep(table.name) for table in TABLES),
    dg.AssetDep(input_tables.PERFORMANCE_INPUT.table.name),
]


@asset_step(
    name="portfolio_report",
    specs=[
        dg.AssetSpec(
            "portfolio_report",
            deps=DEPENDENCIES,
            group_name=EXPORTS,
            description="pages/portfolios/ in TEM_EXPORT_DIR: a page a portfolio of the shard, as "
            "of the portfolio's newest day, and the index of all portfolios.",
            kinds={"html"},
            tags={PERSONAL_DATA_TAG: str(PersonalData.PSEUDONYMS)},
            partitions_def=PARTITIONS,
        )
    ],
    check_specs=[input_spec("portfolio_report")],
    partitions_def=PARTITIONS,
    backfill_policy=SINGLE_RUN,
)
def portfolio_report(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
    """The pages of the run's shards, whichever of their days it is of."""
    # Here, because only this step needs what templates are made with.
    from lotus_assets.outputs.portfolio_report.report_files import write_reports

    settings, inputs = environment.settings, InputSettings()
    asked = asked_partitions(context, settings, inputs)
    shards = {shard for of_day in asked.values() for shard in of_day}
    folder = pages_folder(settings)
    with environment.engine.connect() as connection:
        pages = write_reports(connection, folder, shards, inputs.lotus_core_shards, settings.now())
    with environment.engine.begin() as connection:
        # The index alone: the summary of a run lists what was exported, and it leads to the rest.
        index = {f"{folder.name}/{INDEX}": pages.index}
        write_export_files(connection, context.run.run_id, index, settings.now())
    yield dg.MaterializeResult(
        metadata={
            "index": dg.MetadataValue.path(str(folder / INDEX)),
            "pages": len(pages.sizes),
            "bytes": len(pages.index) + sum(pages.sizes.values()),
            "preview": dg.MetadataValue.md(preview(pages, folder)),
        }
    )
    yield input_result("portfolio_report", _lacking(context, asked, set(pages.shards.values())))


def _lacking(
    context: dg.AssetExecutionContext,
    asked: Mapping[date, Collection[str]],
    shards_with_pages: Collection[str],
) -> Lacking:
    """The first of the analytics, for partitions without a page that it was not worked out for."""
    first = TABLES[0].name
    partitions = [
        str(dg.MultiPartitionKey({AS_OF: str(day), SHARD: shard}))
        for day, shards in asked.items()
        for shard in sorted(shards)
        if shard not in shards_with_pages
    ]
    if partitions:
        worked_out = context.instance.get_materialized_partitions(dg.AssetKey(first))
        partitions = [key for key in partitions if key not in worked_out]
    return {first: partitions} if partitions else {}


def preview(pages: "WrittenPages", folder: Path) -> str:
    """The pages of a run as Markdown, with shards and sizes; the first of them, if many."""
    shown = sorted(pages.sizes.items())[:PREVIEWED]
    lines = [
        f"| {Path(name).stem} | {pages.shards[name]} | {size / 1000:,.0f} kB | `{folder / name}` |"
        for name, size in shown
    ]
    head = ["| portfolio | shard | page | file |", "| --- | --- | ---: | --- |"]
    return "\n".join([*head, *lines])
