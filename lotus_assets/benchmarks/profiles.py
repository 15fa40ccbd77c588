"""Profiles of a weekly run: where each benchmark spends its time, as text beside the history."""

import io
import pstats
from pathlib import Path

from lotus_assets.sources.exports import BENCH_DIR, write_export

LINES = 30
"""Functions that a profile lists, the costliest first."""
FOLDER = "profiles"


def store_profiles(profiles: Path, history: Path, run_id: str) -> list[Path]:
    """Write cProfile's files as `profiles/<run id>/<benchmark>.txt` below `history`.

    Text of some kilobytes: the files themselves would fill the branch (60 benchmarks of 300 kB
    every week) and are of use only beside the very code that they were made of.
    """
    written = []
    for file in sorted(profiles.glob("*.prof")):
        name = file.stem.removeprefix("profile-")
        path = history / FOLDER / run_id / f"{name}.txt"
        write_export(path, profile_text(file).encode(), variable=BENCH_DIR)
        written.append(path)
    return written


def profile_text(file: Path) -> str:
    """The functions of a profile by their own and their callees' time."""
    text = io.StringIO()
    stats = pstats.Stats(str(file), stream=text)
    stats.strip_dirs().sort_stats("cumulative").print_stats(LINES)
    return text.getvalue()
