"""Tolerances of weights and currency returns: just within, just beyond, and with a gap."""

import numpy as np

from lotus_assets.engine.performance.formulas.identities import is_off_balance, is_off_currency


def test_weights_sum_to_one_within_a_millionth() -> None:
    sums = np.array([1.0, 1 + 9e-7, 1 - 9e-7, 1 + 1.1e-6, 1 - 1.1e-6, 0.0])
    assert is_off_balance(sums).tolist() == [False, False, False, True, True, True]


def test_currency_returns_make_the_base_return_within_a_billionth() -> None:
    base = np.array([0.155, 0.155 + 9e-10, 0.155 + 1.1e-9, np.nan, 0.1])
    local, fx = np.array([0.05, 0.05, 0.05, 0.05, np.nan]), np.full(5, 0.1)
    assert is_off_currency(base, local, fx).tolist() == [False, False, True, False, False]
