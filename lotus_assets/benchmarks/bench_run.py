"""bench_run: one row a run of a suite, as its run file tells."""

import json
from collections.abc import Sequence

import pandas as pd
from pandera.pandas import Field

from lotus_assets.sources.benchmark_files.history_folder import StoredRun
from lotus_assets.tables.benchmark_columns import Commit, Machine, Suite, Version
from lotus_assets.tables.columns import (
    JSON,
    Boolean,
    Instant,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

OUTSIDE_HISTORY = ("aa", "rerun")
"""Kinds that are no points of the history: the same code again, and suspects looked at again."""


class BenchRun(TableModel):
    """One row a run: one suite, once, on one machine, at one commit or version."""

    run_id: Text = Field(description="Id of the run; follows from what the run file says.")
    suite: Suite
    repository: Text = Field(nullable=True, description="Address of the repository.")
    kind: Text = Field(
        isin=["daily", "weekly", "manual", "backfill", "imported", "aa", "rerun"],
        description="daily, weekly, manual, backfill, imported, aa or rerun.",
    )
    of_run_id: Text = Field(nullable=True, description="Run whose suspects a rerun repeats.")
    commit_id: Commit
    branch: Text = Field(nullable=True, description="Branch that was checked out.")
    committed_at: Instant = Field(nullable=True, description="When it was committed or released.")
    is_dirty: Boolean = Field(nullable=True, description="Files differed from the commit.")
    commit_url: Text = Field(nullable=True, description="Page of the commit.")
    commit_message: Text = Field(nullable=True, description="First line of its message.")
    version: Version
    started_at: Instant = Field(description="When the run began.")
    finished_at: Instant = Field(nullable=True, description="When it was over.")
    machine_fingerprint: Machine
    machine: Json = Field(metadata=JSON, description="What the fingerprint was made of.")
    versions: Json = Field(metadata=JSON, description="Python, packages, operating system.")
    load_average: Number = Field(
        nullable=True, description="Processes at work in the minute before the run."
    )
    source_format: Text = Field(description="Tool and version that wrote the results.")
    source_file: Text = Field(description="File that they were read from.")
    expected: Json = Field(
        metadata=JSON, nullable=True, description="(benchmark, metric) that it should give."
    )
    failures: Json = Field(metadata=JSON, description="Benchmarks without a result, with reasons.")
    file: Text = Field(description="Run file, below TEM_BENCH_DIR.")
    file_sha256: Text = Field(description="SHA-256 of the run file.")


TABLE = Table(
    name="bench_run",
    model=BenchRun,
    key=("run_id",),
    version=None,
    description="Runs of benchmark suites: commit, machine, versions, what failed. Never deleted.",
)


def run_rows(stored: Sequence[StoredRun]) -> pd.DataFrame:
    """Rows of `bench_run`, one for each run file."""
    rows = [
        {
            "run_id": (run := entry.run).run_id,
            "suite": run.suite,
            "repository": run.repository,
            "kind": run.kind,
            "of_run_id": run.of_run_id,
            "commit_id": run.commit.id,
            "branch": run.commit.branch,
            "committed_at": run.commit.committed_at,
            "is_dirty": run.commit.is_dirty,
            "commit_url": run.commit.url,
            "commit_message": run.commit.message,
            "version": run.commit.version,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "machine_fingerprint": run.machine.fingerprint,
            "machine": json.dumps(run.machine.facts, sort_keys=True),
            "versions": json.dumps(run.versions, sort_keys=True),
            "load_average": run.load_average,
            "source_format": run.source.format,
            "source_file": run.source.file,
            "expected": None if run.expected is None else json.dumps(run.expected),
            "failures": json.dumps([failure.model_dump() for failure in run.failures]),
            "file": entry.file,
            "file_sha256": entry.sha256,
        }
        for entry in stored
    ]
    return pd.DataFrame(rows, columns=TABLE.columns, dtype=object)
