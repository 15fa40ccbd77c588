"""Every exported value of a day follows from its explanation's rows alone."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from lotus_assets.engine.delivery.metric_keys import EXPORT_ORDER
from lotus_assets.outputs.explanations.metric_answer import MetricExplanation
from lotus_assets.outputs.explanations.metric_explanation import Surroundings
from lotus_assets.outputs.explanations.reading_metrics import explain_metric
from lotus_assets.outputs.explanations.stored_figures import AskedValue
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.pages_read import piece_rows

AMSTERDAM = "Europe/Amsterdam"
GITLAB = "https://gitlab.example.com"
LEVELS = ("business_line", "team", "repo")

COUNTED = {"mr_throughput_wk", "wip_count", "releases_wk", "deployment_frequency_wk"}
SUMMED = {"direct_pushes_wk", "force_pushes_protected_wk", "branch_ttl_over_30d"}
AVERAGED = {
    "mean_time_to_green_s",
    "pipeline_duration_avg_s",
    "critical_path_avg_s",
}


def recomputed(key: str, values: list[float]) -> float | None:
    """The statistic of a metric by its definition in docs/METRICS.md, one value at a time."""
    if key in COUNTED:
        return len(values)
    if key in SUMMED:
        return float(sum(map(Fraction, values)))
    if not values:
        return None
    if "_p50_" in key:
        return quantile(values, Fraction(1, 2))
    if "_p90_" in key:
        return quantile(values, Fraction(9, 10))
    total = math.fsum(values)
    assert key in AVERAGED or set(values) <= {0, 1}
    return total / len(values)


def quantile(values: list[float], share: Fraction) -> float:
    """Exact interpolation between the two values beside the share of the way."""
    ordered = sorted(values)
    whole, rest = divmod((len(ordered) - 1) * share, 1)
    low = Fraction(ordered[whole])
    high = Fraction(ordered[min(whole + 1, len(ordered) - 1)])
    return float(low + (high - low) * rest)


def values_of(explanation: MetricExplanation) -> list[float]:
    return [row.value for row in explanation.rows for _ in range(row.times)]


def exported_values(place: Workplace) -> Iterator[tuple[date, dict[str, str], str, Any]]:
    (path,) = sorted((place.exports / "daily").glob("*.json"))[-1:]
    for of_slice in json.loads(path.read_text(encoding="utf-8")):
        levels = {level: of_slice[level] for level in LEVELS if of_slice[level]}
        for key, value in of_slice["metrics"].items():
            yield date.fromisoformat(of_slice["date"]), levels, key, value


@pytest.mark.timeout(1200)
def test_every_exported_value_follows_from_the_rows_of_its_explanation(
    collected_once: tuple[Workplace, Run],
) -> None:
    place, _ = collected_once
    engine = create_warehouse_engine(place.url)
    seen: set[str] = set()
    with_rows: set[str] = set()
    for day, levels, key, value in exported_values(place):
        explanation = explain_metric(
            engine, AskedValue(key, day, **levels), Surroundings(AMSTERDAM, GITLAB)
        )
        what = f"{key} of {levels or 'the organisation'} on {day}"
        assert explanation.value == value, what
        assert explanation.value_of_rows == value, what
        assert explanation.is_current, what
        assert_on_its_page(place, explanation)
        seen.add(key)
        if explanation.reason is not None:
            assert value is None
            assert explanation.rows == []
            continue
        from_rows = recomputed(key, values_of(explanation))
        if value is None or key in COUNTED | SUMMED or "ratio" in explanation.unit:
            assert from_rows == value, what
        else:
            assert from_rows == pytest.approx(value, rel=1e-12), what
        with_rows |= {key} if explanation.rows else set()
        assert_told_for_readers(explanation)
    engine.dispose()
    assert seen == set(EXPORT_ORDER)
    assert len(with_rows) >= len(EXPORT_ORDER) - 2, seen - with_rows


def assert_on_its_page(place: Workplace, explanation: MetricExplanation) -> None:
    """The pieces beside the metric's page hold the same rows; no link to a GitLab that is gone."""
    rows = (*explanation.rows, *explanation.nearly)
    projects = {row.project for row in rows}
    of_page = piece_rows(
        lambda name: (place.exports / "pages" / name).read_bytes(), explanation.metric, projects
    )
    assert {link for _, _, link, *_ in of_page} <= {None}
    told = [
        (row.project, row.reference, None, row.value, row.times, "") for row in explanation.rows
    ]
    missed = [(row.project, row.reference, None, None, 0, row.reason) for row in explanation.nearly]
    assert Counter(of_page) == Counter([*told, *missed])


def assert_told_for_readers(explanation: MetricExplanation) -> None:
    names = {"author_user_id", "username", "name_of_author", "email_hash"}
    for row in (*explanation.rows, *explanation.nearly):
        assert row.link is not None
        assert row.link.startswith(f"{GITLAB}/{row.project}/-/")
        assert row.reason
        assert row.reference
        assert not names & row.columns.keys()
    counted = {(row.project, row.reference) for row in explanation.rows}
    if explanation.table == "fact_mr":
        assert not counted & {(row.project, row.reference) for row in explanation.nearly}
