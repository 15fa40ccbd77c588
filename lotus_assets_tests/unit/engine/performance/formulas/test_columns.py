"""Sums of rows by keys: each group by itself, to the last bit."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import summed


def test_a_group_s_sum_does_not_depend_on_other_groups() -> None:
    """pandas' own sum of these fifty numbers differs in the last bit when it is the only group."""
    random = np.random.default_rng(1)
    for _ in range(20):
        own = pd.DataFrame({"key": "a", "value": random.normal(size=50)})
        other = pd.DataFrame({"key": "b", "value": random.normal(size=50)})
        alone = summed(own, ["key"], ["value"])
        mixed = pd.concat([other, own, other], ignore_index=True)
        together = summed(mixed, ["key"], ["value"])
        assert together["key"].tolist() == ["a", "b"]
        assert alone["value"].tolist() == together["value"].tolist()[:1]
        assert alone["value"].tolist() == [sum(own["value"].tolist())]


def test_a_missing_value_spoils_its_own_group_only() -> None:
    rows = pd.DataFrame({"key": [1, 0, 1], "value": [np.nan, 2.0, 3.0]})
    found = summed(rows, ["key"], ["value"])
    assert found["value"].tolist()[:1] == [2.0]
    assert np.isnan(found["value"].tolist()[1])
