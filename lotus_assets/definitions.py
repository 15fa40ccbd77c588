"""The code location on one page: sources → raw, inputs → facts → analytics → exports; jobs."""

import gc

# Nothing that an import makes is garbage: looking for some, ever again, takes a fifth of the time.
gc.disable()

import dagster as dg

from lotus_assets.analytics.delivery.metric_daily import metric_daily
from lotus_assets.analytics.portfolios.attribution_family import attribution_family
from lotus_assets.analytics.portfolios.contribution_family import contribution_family
from lotus_assets.analytics.portfolios.mwr import mwr
from lotus_assets.analytics.portfolios.positions import positions
from lotus_assets.analytics.portfolios.returns_family import returns_family
from lotus_assets.analytics.portfolios.twr_family import twr_family
from lotus_assets.benchmarks.bench_dashboard import bench_dashboard
from lotus_assets.benchmarks.bench_history import bench_history
from lotus_assets.benchmarks.bench_regression import bench_regression
from lotus_assets.benchmarks.import_benchmark_runs import import_benchmark_runs
from lotus_assets.checks.coverage import covered
from lotus_assets.checks.durations import durations
from lotus_assets.checks.freshness import with_deadline
from lotus_assets.checks.parity import parity
from lotus_assets.checks.reasons import reasons
from lotus_assets.checks.reconciliation import reconciliation
from lotus_assets.facts.coverage import coverage_by
from lotus_assets.facts.dim_branch import dim_branch
from lotus_assets.facts.dim_project import dim_project_after
from lotus_assets.facts.dim_release import dim_release
from lotus_assets.facts.dim_user import dim_user
from lotus_assets.facts.fact_branch import fact_branch
from lotus_assets.facts.fact_deployment import fact_deployment
from lotus_assets.facts.fact_flaky_job import fact_flaky_job
from lotus_assets.facts.fact_git_hygiene import fact_git_hygiene
from lotus_assets.facts.fact_issue import fact_issue
from lotus_assets.facts.fact_issue_closing import fact_issue_closing
from lotus_assets.facts.fact_lead_time import fact_lead_time
from lotus_assets.facts.fact_mr import fact_mr
from lotus_assets.facts.fact_mr_open_period import fact_mr_open_period
from lotus_assets.facts.fact_pipeline import fact_pipeline
from lotus_assets.facts.fact_release import fact_release
from lotus_assets.graph.domains import Domain, of_domain
from lotus_assets.graph.layers import LIVE, LIVE_TAG, SWEEP_TAG
from lotus_assets.graph.resources import Environment, GitLab
from lotus_assets.inputs import input_tables
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.outputs.daily_export import daily_export
from lotus_assets.outputs.pages.pages import pages
from lotus_assets.outputs.pages.pages_of_failed_run import pages_of_failed_run
from lotus_assets.outputs.portfolio_report.portfolio_report import portfolio_report
from lotus_assets.outputs.restatement import restatement
from lotus_assets.outputs.weekly_export import weekly_export, weekly_report
from lotus_assets.raw.collect_projects import collect_projects
from lotus_assets.raw.collect_users import collect_users
from lotus_assets.raw.of_every_project import OF_EVERY_PROJECT
from lotus_assets.timing.portfolio_refresh import changed_portfolios, nightly_portfolios
from lotus_assets.timing.schedules import scheduled

RAW = [collect_projects, *OF_EVERY_PROJECT, collect_users]
INPUTS = [input_asset(kind) for kind in input_tables.INPUTS]
FACTS = [
    dim_project_after(OF_EVERY_PROJECT),
    dim_user,
    dim_branch,
    dim_release,
    fact_mr,
    fact_mr_open_period,
    fact_deployment,
    fact_pipeline,
    fact_flaky_job,
    fact_lead_time,
    fact_git_hygiene,
    fact_branch,
    fact_issue,
    fact_issue_closing,
    fact_release,
    coverage_by(OF_EVERY_PROJECT),
]
ANALYTICS = [metric_daily]
PORTFOLIO_ANALYTICS = [
    twr_family,
    mwr,
    returns_family,
    contribution_family,
    attribution_family,
    positions,
]
PORTFOLIO_PAGES = [portfolio_report]
RESTATED = [restatement]
EXPORTS = [daily_export, weekly_report, pages]
ON_REQUEST = [weekly_export]
BENCHMARKS = [import_benchmark_runs, bench_history, bench_regression, bench_dashboard]

CHECKS = [covered, durations, reasons, reconciliation]

PORTFOLIOS = dg.AssetSelection.assets(*INPUTS, *PORTFOLIO_ANALYTICS, *PORTFOLIO_PAGES)
SPEED = dg.AssetSelection.assets(*BENCHMARKS)
EVERYTHING = dg.AssetSelection.all() - dg.AssetSelection.assets(*ON_REQUEST) - PORTFOLIOS - SPEED
"""All that a run of a day can do: Dagster keeps jobs to one kind of partition."""

tem_full = dg.define_asset_job(
    "tem_full",
    EVERYTHING,
    description="Collects what is new, looks for what GitLab deleted, computes and exports.",
    tags={LIVE_TAG: LIVE, SWEEP_TAG: "true"},
    hooks={pages_of_failed_run},
)
tem_incremental = dg.define_asset_job(
    "tem_incremental",
    EVERYTHING,
    description="Collects what is new, computes and exports.",
    tags={LIVE_TAG: LIVE},
    hooks={pages_of_failed_run},
)
portfolio_full = dg.define_asset_job(
    "portfolio_full",
    PORTFOLIOS,
    description="Collects what lotus-core says of portfolios as of a day; works out what changed.",
    tags={LIVE_TAG: LIVE},
)

bench = dg.define_asset_job(
    "bench",
    SPEED,
    description="Stores new runs of benchmark suites, and makes history and dashboard of them.",
)

defs = dg.Definitions(
    assets=[
        *of_domain(Domain.DELIVERY, [*RAW, *FACTS, parity, *RESTATED, *ON_REQUEST]),
        *of_domain(Domain.DELIVERY, with_deadline([*ANALYTICS, *EXPORTS])),
        *of_domain(Domain.PORTFOLIOS, INPUTS),
        *of_domain(Domain.PORTFOLIOS, with_deadline(PORTFOLIO_ANALYTICS, "daily-by-06.00")),
        *of_domain(Domain.PORTFOLIOS, PORTFOLIO_PAGES),
        *of_domain(Domain.PLATFORM, BENCHMARKS),
    ],
    asset_checks=CHECKS,
    jobs=[tem_full, tem_incremental, portfolio_full, bench],
    schedules=[
        scheduled(tem_full, "0 2 * * *", "Nightly, 02:00: full compute."),
        scheduled(tem_incremental, "15 * * * *", "Hourly, at :15: what is new."),
        nightly_portfolios(portfolio_full),
    ],
    sensors=[changed_portfolios(portfolio_full)],
    resources={"environment": Environment(), "gitlab": GitLab(), "lotus_core": LotusCore()},
    executor=dg.in_process_executor,
)

# What was imported stays until the end: no later collection, nor the last one, has to walk it.
gc.freeze()
gc.enable()
