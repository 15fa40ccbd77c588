"""Freshness: a day's figures are out by 03:00 of the next, whatever the clocks do."""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

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


def with_deadline(
    assets: Iterable[dg.AssetsDefinition], policy: dg.FreshnessPolicy = BY_THREE
) -> list[dg.AssetsDefinition]:
    """The assets, each with the deadline: Dagster's daemon watches it and the UI shows it."""
    return [
        definition.map_asset_specs(lambda spec: dg.apply_freshness_policy(spec, policy))
        for definition in assets
    ]
