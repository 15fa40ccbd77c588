"""Coverage: at least 95 % of the active projects are collected whole in a run."""

import dagster as dg
import pandas as pd
from sqlalchemy import select

from lotus_assets.checks.rule import Findings, Rule, asset_checks
from lotus_assets.facts import coverage
from lotus_assets.graph.inputs import Inputs
from lotus_assets.sources.warehouse.schema import database_table, table_run

REQUIRED_SHARE = 0.95
EXCLUDED_COLUMNS = ["project_id", "path", "active", "collected", "reason"]


def coverage_of_run(inputs: Inputs) -> pd.DataFrame:
    """The coverage of this run; of the last run that had one, where this one collected nothing."""
    rows = database_table(coverage.TABLE)
    latest = (
        select(table_run.c.run_id)
        .where(table_run.c.table_name == coverage.TABLE.name)
        .order_by((table_run.c.run_id == inputs.run_id).desc(), table_run.c.finished_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return inputs.read(coverage.TABLE, rows.c.run_id == latest)


def excluded_projects(rows: pd.DataFrame) -> pd.DataFrame:
    """The projects that were not collected whole, active ones first, each with its reason."""
    excluded = rows[~rows["collected"].astype(bool)]
    ordered = excluded.sort_values(["active", "path"], ascending=[False, True])
    return ordered[EXCLUDED_COLUMNS].reset_index(drop=True)


def judged_share(rows: pd.DataFrame) -> Findings:
    """Active projects fully collected ÷ active projects, against `REQUIRED_SHARE`.

    The figures list every excluded project, not the first of them only. Without active
    projects there is nothing to cover.
    """
    share = coverage.coverage_share(rows)
    excluded = excluded_projects(rows)
    active = rows[rows["active"].astype(bool)]
    collected = int(active["collected"].astype(bool).sum())
    summary = f"{collected} of {len(active)} active projects collected whole"
    return Findings(
        excluded,
        len(excluded),
        summary=summary
        if share is None
        else f"{summary}: {share:.1%}, at least {REQUIRED_SHARE:.0%} asked",
        figures={
            "coverage": share,
            "required": REQUIRED_SHARE,
            "active_projects": len(active),
            "collected_projects": collected,
            "excluded_projects": excluded,
        },
        is_passed=share is None or share >= REQUIRED_SHARE,
    )


def unexplained_projects(rows: pd.DataFrame) -> Findings:
    """Projects that were not collected whole although nobody said why."""
    excluded = excluded_projects(rows)
    unexplained = excluded[excluded["reason"].isna()]
    return Findings(unexplained, len(unexplained))


RULES = [
    Rule(
        name="covers_active_projects",
        table=coverage.TABLE,
        description=(
            f"At least {REQUIRED_SHARE:.0%} of the active projects were collected whole. The "
            "result lists every project that was not, with its reason."
        ),
        find=lambda inputs: judged_share(coverage_of_run(inputs)),
        severity=dg.AssetCheckSeverity.ERROR,
    ),
    Rule(
        name="gives_reasons",
        table=coverage.TABLE,
        description="Every project that was not collected whole has a reason.",
        find=lambda inputs: unexplained_projects(coverage_of_run(inputs)),
        severity=dg.AssetCheckSeverity.ERROR,
    ),
]

covered = asset_checks("check_coverage", RULES)
