"""The noise floor: how far the same code differs from itself on one machine."""

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.facts import SERIES

MACHINE = [*SERIES, "machine_fingerprint"]
NORMAL = 1.4826
"""MAD times this is the standard deviation of normal noise."""


def noise_floor(aa_points: pd.DataFrame) -> pd.DataFrame:
    """One row a series and machine: runs, median, relative_mad, relative_range, of A/A runs.

    `aa_points`: suite, benchmark, metric, machine_fingerprint, run_id, value. Relative to the
    size of the median; decimal fractions. Where that is 0 nothing is relative to it: NaN.
    """
    figures = aa_points.assign(value=aa_points["value"].astype("float64"))
    groups = figures.groupby(MACHINE, sort=True)["value"]
    median = groups.median()
    size = median.abs().replace(0.0, np.nan)
    frame = pd.DataFrame(
        {
            "runs": groups.size(),
            "median": median,
            "relative_mad": groups.agg(_median_deviation) / size,
            "relative_range": (groups.max() - groups.min()) / size,
        }
    )
    return frame.replace(np.inf, np.nan).reset_index()


def _median_deviation(values: "pd.Series[float]") -> float:
    return float(np.median(np.abs(values - np.median(values))))
