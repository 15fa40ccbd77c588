"""The dashboard: frames of the group `benchmarks` in, files for people and for programs out."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from lotus_assets.benchmarks.page.machine_files import history_file, latest_file
from lotus_assets.benchmarks.page.published import HistoryFile, LatestFile, schema_of
from lotus_assets.benchmarks.page.rendering import badge_svg, canonical, page_html
from lotus_assets.benchmarks.page.series import suites_of
from lotus_assets.benchmarks.page.titles import Descriptions
from lotus_assets.benchmarks.page.view import page_of


def dashboard_files(
    runs: pd.DataFrame,
    history: pd.DataFrame,
    regressions: pd.DataFrame,
    noise: pd.DataFrame,
    *,
    profiles: Sequence[str] = (),
    descriptions: Descriptions | None = None,
    generated_at: datetime,
) -> dict[str, bytes]:
    """Name → content of the files of the dashboard: the same frames give the same bytes.

    Args:
        runs: `bench_run`.
        history: `bench_history`.
        regressions: `bench_regression`.
        noise: suite, benchmark, metric, machine_fingerprint, runs, median, relative_mad and
            relative_range of A/A runs (`engine.speed.detection.noise_floor`).
        profiles: addresses of profiles beside the page, `profiles/<run id>/<name>.txt`.
        descriptions: what benchmarks say about themselves, by suite and benchmark.
        generated_at: is shown; aware.
    """
    suites = suites_of(runs, history, regressions, noise, descriptions)
    page = page_of(suites, profiles, generated_at)
    latest, history_ = latest_file(suites, generated_at), history_file(suites, generated_at)
    return {
        "index.html": page_html(page),
        "badge.svg": badge_svg(page),
        "latest.json": canonical(latest.model_dump(mode="json")),
        "benchmarks.json": canonical(history_.model_dump(mode="json")),
        "latest.schema.json": canonical(schema_of(LatestFile, latest.format)),
        "benchmarks.schema.json": canonical(schema_of(HistoryFile, history_.format)),
    }
