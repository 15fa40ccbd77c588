"""Freshness: a day's metrics are out by 03:00 of the next, portfolios' figures by 06:00."""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from lotus_assets.graph.domains import DEADLINE_TAG
from lotus_assets.settings import Settings

BY_THREE = dg.FreshnessPolicy.cron(
    deadline_cron="0 3 * * *",
    lower_bound_delta=timedelta(hours=2),
    timezone=Settings().timezone,
)
"""Late is what was not made anew in the two hours before 03:00 of TIMEZONE.

Two hours, because Dagster subtracts them as elapsed time: in the night of the spring clock change
03:00 comes two hours after midnight, and what was made before midnight cannot hold the day that
ended then. In that night 02:00 does not exist and the nightly run starts at 03:00, too late; the
hourly runs of 00:15 and 01:15 have exported the day by then, and lie within the two hours. In the
autumn night the two hours are 02:00 (summer time) to 03:00, in which 02:00 comes twice.
"""


BY_SIX = dg.FreshnessPolicy.cron(
    deadline_cron="0 6 * * *",
    lower_bound_delta=timedelta(hours=2),
    timezone=Settings().timezone,
)
"""For what follows of lotus-core: its nightly run starts at 04:00, an hour that every day has."""
DEADLINES = {"daily-by-03.00": BY_THREE, "daily-by-06.00": BY_SIX}
"""By the value of the tag `sla`."""


def with_deadline(
    assets: Iterable[dg.AssetsDefinition], deadline: str = "daily-by-03.00"
) -> list[dg.AssetsDefinition]:
    """The assets, each with the deadline: Dagster's daemon watches it and the UI shows it."""

    def due(spec: dg.AssetSpec) -> dg.AssetSpec:
        tagged = spec.merge_attributes(tags={DEADLINE_TAG: deadline})
        watched: dg.AssetSpec = dg.apply_freshness_policy(tagged, DEADLINES[deadline])
        return watched

    return [definition.map_asset_specs(due) for definition in assets]
