"""Contribution and attribution at full scale; memory of one chunk whatever the number."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.engine.performance.formulas.attribution import GroupAttribution, attribute_groups
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.contribution import Contributions, contributions
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.variants import AttributionMethod, Variant
from lotus_assets.engine.performance.frames.attribution import (
    AttributionOptions,
    AttributionResult,
    attributed,
)
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets_tests.benchmarks.attribution_world import attribution_sides
from lotus_assets_tests.benchmarks.performance_world import (
    Holdings,
    group_sides,
    holdings,
    whole_window,
)

PORTFOLIOS = 1_000
FAMILY_PORTFOLIOS = 100
VARIANTS = [
    Variant(model, linking)
    for model in Model
    for linking in (Linking.CARINO, Linking.MENCHERO, Linking.FRONGELLO)
]
POSITIONS, DAYS = 50, 260
GROUPS, LONG = 10, 1_300


@pytest.fixture(scope="module")
def book() -> Holdings:
    return holdings(PORTFOLIOS, POSITIONS, DAYS)


@pytest.fixture(scope="module")
def sides() -> tuple[GroupSide, GroupSide]:
    return group_sides(PORTFOLIOS, GROUPS, LONG)


def contribute(book: Holdings) -> Contributions:
    windows = whole_window(book.portfolios.dates, book.portfolios.offsets)
    return contributions(book.portfolios, book.positions, book.offsets, windows)


def pandas_contribution(book: Holdings) -> pd.Series:
    """Carino by frames: merge, multiply, group. No edge, no fee, no weight, no own return."""
    owner = np.repeat(np.arange(PORTFOLIOS), DAYS)
    whole = pd.DataFrame({"portfolio": owner, "date": book.portfolios.dates})
    capital = book.portfolios.begin_mv
    gain = book.portfolios.end_mv - capital + book.portfolios.mgmt_fees
    growth = np.log1p(gain / capital)
    total = pd.Series(growth).groupby(owner).transform("sum")
    whole["scale"] = growth / (gain / capital) / (total / np.expm1(total)) / capital
    position = np.repeat(np.arange(PORTFOLIOS * POSITIONS), DAYS)
    rows = pd.DataFrame(
        {
            "portfolio": position // POSITIONS,
            "position": position,
            "date": book.positions.dates,
            "gain": book.positions.end_mv - book.positions.begin_mv,
        }
    ).merge(whole, on=["portfolio", "date"])
    return (rows["gain"] * rows["scale"]).groupby(rows["position"]).sum()


def attribute(sides: tuple[GroupSide, GroupSide], linking: Linking) -> GroupAttribution:
    dates = sides[0].dates[: LONG * GROUPS : GROUPS]
    count = len(sides[0].offsets) - 1
    windows = whole_window(np.tile(dates, count), np.arange(count + 1) * LONG)
    return attribute_groups(*sides, windows, AttributionMethod((Variant(linking=linking),)))


@pytest.mark.benchmark(group="contribution: 1,000 portfolios of 50 positions and 260 days")
def test_contribution(benchmark: BenchmarkFixture, book: Holdings) -> None:
    """Contribution of positions."""
    found = benchmark(contribute, book)
    np.testing.assert_allclose(
        found.positions["contribution"], pandas_contribution(book), rtol=1e-9, atol=1e-15
    )


@pytest.mark.benchmark(group="contribution: 1,000 portfolios of 50 positions and 260 days")
def test_contribution_in_pandas(benchmark: BenchmarkFixture, book: Holdings) -> None:
    """Contribution of positions in plain pandas, for comparison."""
    assert len(benchmark.pedantic(pandas_contribution, (book,), rounds=2)) > 0


@pytest.mark.benchmark(group="attribution: 1,000 portfolios of 10 groups and 1,300 days")
@pytest.mark.parametrize("linking", [Linking.CARINO, Linking.MENCHERO, Linking.GRAP])
def test_attribution(
    benchmark: BenchmarkFixture, sides: tuple[GroupSide, GroupSide], linking: Linking
) -> None:
    """Attribution of groups, linked one way."""
    found = benchmark.pedantic(attribute, (sides, linking), rounds=5, warmup_rounds=1)
    sums = found.groups.groupby("portfolio")["total"].sum()
    np.testing.assert_allclose(sums, found.totals["active_return"], atol=1e-12)


@pytest.fixture(scope="module")
def family() -> AttributionSides:
    return attribution_sides(FAMILY_PORTFOLIOS, POSITIONS, DAYS)


@pytest.mark.benchmark(group="attribution family: 100 portfolios of 50 instruments, six variants")
def test_the_variants_at_once(benchmark: BenchmarkFixture, family: AttributionSides) -> None:
    """Attribution in six variants at once.

    All that the four tables of the family are made of, from sides that are laid out.
    """
    together = benchmark.pedantic(
        attributed, (family, AttributionOptions(), VARIANTS), rounds=5, warmup_rounds=1
    )
    assert together.groups["model"].nunique() * together.groups["linking"].nunique() == 6


@pytest.mark.benchmark(group="attribution family: 100 portfolios of 50 instruments, six variants")
def test_each_variant_by_itself(benchmark: BenchmarkFixture, family: AttributionSides) -> None:
    """Attribution in six variants, one call each: what sharing their work saves."""

    def six() -> list[AttributionResult]:
        return [attributed(family, AttributionOptions(), [variant]) for variant in VARIANTS]

    alone = benchmark.pedantic(six, rounds=3, warmup_rounds=1)
    together = attributed(family, AttributionOptions(), VARIANTS)
    rows = pd.concat([result.groups for result in alone], ignore_index=True)
    pd.testing.assert_frame_equal(together.groups, rows, check_exact=True)


@pytest.mark.expects_metrics("peak_memory_of_contribution", "peak_memory_of_attribution")
@pytest.mark.parametrize("count", [100, 400])
def test_memory_is_a_chunk_s(
    benchmark: BenchmarkFixture, record_metric: Callable[..., None], count: int
) -> None:
    """Memory of contribution and attribution, by the number of portfolios.

    Peak beside the inputs, the answer's own rows (100 bytes each) allowed for.
    """
    some = holdings(count, POSITIONS, DAYS)
    two = group_sides(count, GROUPS, LONG)
    works: dict[str, Callable[[], object]] = {
        "contribution": lambda: contribute(some),
        "attribution": lambda: attribute(two, Linking.CARINO),
    }
    peaks: dict[str, int] = {}

    def measure() -> None:
        for name, work in works.items():
            tracemalloc.start()
            work()
            peaks[name] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

    benchmark.pedantic(measure, rounds=1)
    for name, peak in peaks.items():
        record_metric(
            f"peak_memory_of_{name}",
            value=peak,
            unit="bytes",
            quantity="memory",
            direction="lower",
        )
    assert max(peaks.values()) < 120e6
