"""The table that `make bench` ends with: each result beside the last one and the best one."""

from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lotus_assets.benchmarks.comparison import comparison, missing, reported, runs_missing
from lotus_assets.benchmarks.machine_load import is_loaded
from lotus_assets.benchmarks.page.titles import Descriptions, title_of
from lotus_assets.engine.speed.change_points import fewest_runs
from lotus_assets.outputs.pages.number_forms import counted, shown_unit

NOTHING = "-"
WORSE, BETTER = 1.05, 0.95
"""Ratios that are coloured: from the smallest effect on that counts as a change of level."""


def print_comparison(
    console: Console,
    history: pd.DataFrame,
    regressions: pd.DataFrame,
    run: dict[str, Any],
    descriptions: Descriptions,
) -> None:
    """The table of one run (a row of `bench_run`), what is missing, and what is to be told.

    `descriptions`: what benchmarks say about themselves.
    """
    run_id = run["run_id"]
    rows = comparison(history, regressions, run_id)
    # It stands beside a time that is shown, and is shown itself where there is a fact about it.
    is_quiet = rows["quantity"].eq("cpu_time") & rows["facts"].eq("")
    console.print(_table(rows[~is_quiet], _title(run), descriptions))
    if _is_loaded(run):
        console.print("The machine was loaded: the figures say little about the code.")
    if lacking := missing(regressions, run_id):
        console.print(f"Missing, though expected ({len(lacking)}):")
        for name in lacking:
            console.print(f"  {escape(name)}", soft_wrap=True)
    facts = reported(history, regressions, run_id)
    for row in facts.to_dict("records"):
        about = title_of(row["benchmark"], descriptions.get((row["suite"], row["benchmark"])))
        named = f"{about} {row['metric']}" if row["benchmark"] else row["suite"]
        sentence = f"{row['fact'].replace('_', ' ')} ({row['state']}): {named}: {row['reason']}"
        console.print(escape(sentence), soft_wrap=True)
    if facts.empty or runs_missing(history, run_id):
        console.print(_nothing(runs_missing(history, run_id)), soft_wrap=True)


def _nothing(lacking: int) -> str:
    """What is said where nothing is to be told, or nothing can be yet."""
    if not lacking:
        return "No regression to report."
    return (
        f"Too few runs to tell whether something became slower: {counted(lacking, 'run')} missing "
        f"of {fewest_runs()} on one machine."
    )


def _is_loaded(run: dict[str, Any]) -> bool:
    load = run["load_average"]
    return is_loaded(None if pd.isna(load) else float(load), run["machine"])


def print_noise(console: Console, noise: pd.DataFrame) -> None:
    """The noise floor: how far runs of the same code lie apart, in per cent of their median."""
    shown = Table(box=box.SIMPLE_HEAD, title="The same code again", title_justify="left")
    for name in ("suite", "benchmark"):
        shown.add_column(name, overflow="fold")
    shown.add_column("metric", no_wrap=True)
    for name in ("runs", "MAD", "range"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in noise.to_dict("records"):
        shown.add_row(
            escape(row["suite"]),
            escape(row["benchmark"]),
            escape(row["metric"]),
            str(row["runs"]),
            *(_share(row[name]) for name in ("relative_mad", "relative_range")),
        )
    console.print(shown)


def _share(part: float) -> str:
    return NOTHING if pd.isna(part) else f"{part:.1%}"


def _title(run: dict[str, Any]) -> str:
    commit = "" if pd.isna(run["commit_id"]) else f" at {run['commit_id'][:10]}"
    version = "" if pd.isna(run["version"]) else f" {run['version']}"
    load = "" if pd.isna(run["load_average"]) else f", load {run['load_average']:.2f}"
    loaded = " (loaded machine)" if _is_loaded(run) else ""
    return escape(f"{run['suite']}{version}{commit} on {run['machine_fingerprint']}{load}{loaded}")


def _table(rows: pd.DataFrame, title: str, descriptions: Descriptions) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    shown.add_column("benchmark", overflow="fold")
    shown.add_column("metric", no_wrap=True)
    for name in ("now", "last", "best", "x last", "x best"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("facts", overflow="fold")
    for row in rows.to_dict("records"):
        unit = shown_unit(row["unit"], row["value"])
        name = title_of(row["benchmark"], descriptions.get((row["suite"], row["benchmark"])))
        shown.add_row(
            escape(name),
            escape(row["metric"]),
            escape(unit.text(row["value"])),
            *(
                NOTHING if pd.isna(row[name]) else escape(unit.text(row[name]))
                for name in ("previous_value", "best_value")
            ),
            *(_ratio(row[name]) for name in ("ratio_to_previous", "ratio_to_best")),
            row["facts"],
        )
    return shown


def _ratio(ratio: Any) -> str:
    """How many times worse; green when better."""
    if pd.isna(ratio):
        return NOTHING
    colour = "red" if ratio > WORSE else "green" if ratio < BETTER else "default"
    return f"[{colour}]{ratio:.2f}[/]"
