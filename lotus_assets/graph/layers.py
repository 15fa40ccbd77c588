"""Names that the whole graph shares: groups, kinds, partitions, tags, pools."""

import warnings
from datetime import date, datetime, timedelta

import dagster as dg

from lotus_assets.settings import FIRST_DAY, Settings

RAW_GITLAB = "raw_gitlab"
FACTS = "facts"
ANALYTICS = "analytics"
EXPORTS = "exports"
BENCHMARKS = "benchmarks"

KINDS = {"postgres", "pandas"}
EXPORT_KINDS = {"json", "csv"}

LIVE_TAG = "lotus/collection"
LIVE = "live"
"""A run tagged `lotus/collection: live` collects what is new since the watermarks and moves them,
and works out what changed; it is of the last complete day, and marks the days that it writes
(`written_days`). A run without the tag (one that is started by hand in the UI) queries
its days and never moves a watermark, and works everything out."""

SWEEP_TAG = "lotus/sweep"
"""Runs with `lotus/sweep: true` (the nightly one) list the ids wherever anything moved, to find
what GitLab deleted."""

GITLAB_POOL = "gitlab"
"""Steps that read GitLab; the limit of the pool bounds runs side by side, not requests."""

DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone=Settings().timezone)
"""Calendar days of TIMEZONE, once they are over: the last partition is the last complete day."""

# A backfill of many days in a run a day would take minutes each; that this is beta is known.
warnings.filterwarnings("ignore", "Parameter `backfill_policy`", dg.BetaWarning)
SINGLE_RUN = dg.BackfillPolicy.single_run()


def is_live(context: dg.AssetExecutionContext) -> bool:
    """Whether the run is about what is new rather than about given days."""
    return context.run.tags.get(LIVE_TAG) == LIVE


def last_complete_day(instant: datetime, settings: Settings) -> date:
    """The day before the one that holds `instant` in TIMEZONE."""
    return instant.astimezone(settings.zone).date() - timedelta(days=1)
