"""bench_dashboard: the files made of the history, for people and for programs, in TEM_BENCH_DIR."""

import hashlib
from collections.abc import Mapping

import pandas as pd
from pandera.pandas import Field

from lotus_assets.benchmarks import bench_history, bench_regression, bench_result, bench_run
from lotus_assets.benchmarks.profiles import FOLDER as PROFILES
from lotus_assets.engine.speed.detection import noise_floor
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import BENCHMARKS
from lotus_assets.sources.exports import BENCH_DIR, write_exports
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

NO_JEKYLL = ".nojekyll"
"""GitHub Pages then shows the files as they are."""


class BenchDashboard(TableModel):
    """One row a file that was written."""

    path: Text = Field(description="File below TEM_BENCH_DIR.")
    sha256: Text = Field(description="SHA-256 of its content.")
    bytes: Integer = Field(ge=0, description="Its size.")
    runs: Integer = Field(ge=0, description="Runs that it was made of.")
    series: Integer = Field(ge=0, description="Series of the history that it was made of.")
    newest_run_at: Instant = Field(nullable=True, description="When its newest run began.")


TABLE = Table(
    name="bench_dashboard",
    model=BenchDashboard,
    key=("path",),
    version=None,
    description="The dashboard's files: index.html for people, benchmarks.json for programs.",
)
SHOWN = (
    *columns_of(
        bench_run.TABLE,
        *("suite", "run_id", "repository", "kind", "commit_id", "commit_url", "branch"),
        *("is_dirty", "version", "machine_fingerprint", "machine", "load_average", "started_at"),
        *("versions", "expected", "failures"),
    ),
    *columns_of(
        bench_history.TABLE,
        *(*bench_history.SERIES, *bench_history.EPOCH, "run_id", "position", "ordered_at"),
        *("epoch", "is_machine_change", "quantity", "is_derived", "value", "previous_value"),
        *("best_value", "ratio_to_previous", "ratio_to_best"),
    ),
    *columns_of(bench_regression.TABLE, *bench_regression.TABLE.columns),
    *columns_of(bench_result.TABLE, "value", "parameters"),
)
"""What the files hold; of the results the noise of A/A runs, and what benchmarks say of themselves.
"""
LINEAGE = {
    **dict.fromkeys(("sha256", "bytes"), SHOWN),
    "runs": columns_of(bench_run.TABLE, "run_id"),
    "series": columns_of(bench_history.TABLE, *bench_history.SERIES),
    "newest_run_at": columns_of(bench_run.TABLE, "started_at"),
}


def file_rows(
    files: Mapping[str, bytes], runs: pd.DataFrame, history: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `bench_dashboard`, sorted by path."""
    rows = [
        {
            "path": path,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "runs": len(runs),
            "series": history.groupby(bench_history.SERIES).ngroups,
            "newest_run_at": None if runs.empty else runs["started_at"].max(),
        }
        for path, content in sorted(files.items())
    ]
    return pd.DataFrame(rows, columns=TABLE.columns, dtype=object)


def compute(inputs: Inputs) -> pd.DataFrame:
    """Write the dashboard's files; the rows that tell of them."""
    # Here, because only this step draws a page, and needs a template engine for it.
    from lotus_assets.benchmarks.dashboard import dashboard_files
    from lotus_assets.benchmarks.page.titles import descriptions_of

    runs, results = inputs.read(bench_run.TABLE), inputs.read(bench_result.FIGURES)
    history = inputs.read(bench_history.TABLE)
    files = dashboard_files(
        runs,
        history,
        inputs.read(bench_regression.TABLE),
        noise_floor(bench_regression.aa_rows(runs, results)),
        profiles=[
            path.relative_to(inputs.settings.tem_bench_dir).as_posix()
            for path in inputs.settings.tem_bench_dir.glob(f"{PROFILES}/*/*.txt")
        ],
        descriptions=descriptions_of(results, runs),
        generated_at=inputs.now,
    )
    pages = {str(path): content for path, content in {**files, NO_JEKYLL: b""}.items()}
    write_exports(inputs.settings.tem_bench_dir, pages, variable=BENCH_DIR)
    return file_rows(files, runs, history)


COMPUTED = ComputedTable(
    TABLE,
    compute,
    reads=(bench_run.TABLE, bench_result.FIGURES, bench_history.TABLE, bench_regression.TABLE),
    lineage=LINEAGE,
)
bench_dashboard = computed_asset(COMPUTED, BENCHMARKS)
