"""The dashboard in Chromium, of a history whose names, units and figures nobody thought of."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lotus_assets.benchmarks.bench_history import history_rows
from lotus_assets.benchmarks.bench_regression import aa_rows, regression_rows
from lotus_assets.benchmarks.dashboard import dashboard_files
from lotus_assets.engine.speed.detection import noise_floor
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets_tests.e2e.test_interface import CHROMIUM
from lotus_assets_tests.e2e.watched_page import Watched, served
from lotus_assets_tests.unit.benchmarks.tables import a_run, at, frames

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium (apt install chromium)"),
]
RUNS = 20
MARKUP = "</script><script>document.title='taken'</script><img src=x onerror=alert(2)>"
NAMES = (
    *("10² rows", "٣ rows", "½ of 3", "test_a.py::test_b[10k]", "…::test_", "-", "::", "[]"),
    *("\"quoted\" 'twice' & <b>bold</b>", MARKUP, "javascript:alert(1)", "{{ 7 * 7 }}"),
    *("a\r\nb\tc", "\u202eright to left", "e\u0301\u200b\ufeff", "\U0001f40c" * 50, "x" * 500),
)
"""What a run file may hold; of 500 signs at most."""
RISING = [float(number) for number in range(RUNS)]
FIGURES: dict[str, list[float]] = {
    "nothing, then something": [0.0] * 10 + [500.0] * 10,
    "nothing": [0.0] * RUNS,
    "negative": [-1.0 - number for number in RISING],
    "on both sides": [(-1.0) ** number * number for number in range(RUNS)],
    "tiny": [5e-324] * 10 + [1e-310] * 10,
    "huge": [1e150] * RUNS,
    "huge and tiny": [1e150, 5e-324] * 10,
    "huge on both sides": [1e150, -1e150] * 10,
    "no difference to speak of": [1.0 + number * 2.3e-16 for number in range(RUNS)],
}
UNITS = ("s", "bytes", "1", "1/s", '<i>furlongs</i>/"fortnight"', "\u202e²")


def result(benchmark: str, metric: str, value: float, unit: str, direction: str) -> dict[str, Any]:
    return {
        "benchmark": benchmark,
        "metric": metric,
        "quantity": "count",
        "unit": unit,
        "direction": direction,
        "statistic": "median",
        "value": value,
    }


def runs() -> list[BenchmarkRun]:
    """Each name with figures of some kind, each kind in some unit and direction."""
    directions = ("lower", "higher", "exact")
    kinds = list(FIGURES.items())
    made = []
    for number in range(RUNS):
        results = [
            result(
                name,
                f"{kinds[place % len(kinds)][0]} {MARKUP}",
                kinds[place % len(kinds)][1][number],
                # One changes its unit halfway, and so its series.
                UNITS[(place + (place == 0 and number >= RUNS // 2)) % len(UNITS)],
                directions[place % 3],
            )
            for place, name in enumerate(NAMES)
        ]
        commit = {"id": MARKUP, "url": "javascript:alert(3)", "version": "</title>²"}
        more = {
            "suite": MARKUP,
            "repository": "javascript:alert(4)",
            "machine": {"fingerprint": f"{MARKUP} {number // 15}", "facts": {}},
            "commit": commit,
            "load_average": 1e150,
            "results": results,
            "started_at": at(1 + number),
        }
        made.append(BenchmarkRun.model_validate(a_run(f"r{number}", 1, []).model_dump() | more))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tables = frames(runs())
    history = history_rows(*tables)
    made = dashboard_files(
        tables[0],
        history,
        regression_rows(history, *tables),
        noise_floor(aa_rows(*tables)),
        generated_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    folder = tmp_path_factory.mktemp("dashboard")
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    """The page; at the end nothing may have gone wrong on it, whatever was done."""
    with served(folder) as address:
        watched = Watched(browser, color_scheme="light")
        watched.page.goto(address)
        yield watched.page
        assert watched.page.evaluate("violations") == []
        assert watched.said == []
        assert set(watched.requested) == {address}, "it loads itself and nothing else"
        assert watched.page.title().startswith("Performance")
        watched.context.close()


def test_every_name_is_shown_as_it_is(page: Page, folder: Path) -> None:
    shown = page.locator(".card .name").evaluate_all("all => all.map((name) => name.textContent)")
    # HTML has no CR: a parser takes it for a line feed.
    assert set(shown) == {name.replace("\r\n", "\n") for name in NAMES}
    [suite] = json.loads((folder / "benchmarks.json").read_bytes())["suites"]
    assert {series["benchmark"] for series in suite["series"]} == set(NAMES)
    assert page.locator("main img, main i i, main b b").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0


def test_every_run_of_every_chart_can_be_read(page: Page) -> None:
    sliders = page.get_by_role("slider").all()
    assert len(sliders) == len(NAMES) + 1, "and one more for the change of the unit"
    for slider in sliders:
        slider.press("Home")
        for _ in range(RUNS):
            told = slider.get_attribute("aria-valuetext") or ""
            assert not {"NaN", "Infinity", "undefined", "null"} & set(told.split()), told
            slider.press("ArrowRight")
    for summary in page.get_by_text("Figures as a table").all():
        summary.click()
    assert not page.locator("td.number", has_text="NaN").count()


def test_every_period_and_filter_can_be_chosen(page: Page) -> None:
    for days in ("7", "30", "90", "365", ""):
        page.get_by_label("Period").select_option(days)
        places = page.locator(".strip, .moving .marked-over *").evaluate_all(
            "(all) => all.map((part) => part.outerHTML).join(' ')"
        )
        assert "NaN" not in places
        assert "Infinity" not in places
    page.get_by_label("Suite").select_option(MARKUP)
    page.locator("select[name=metric]").select_option(f"nothing {MARKUP}")
    page.get_by_label("Benchmark", exact=True).fill("²")
    expect(page.locator("#shown")).to_contain_text(f"of {len(NAMES) + 1} series")
    page.get_by_role("button", name="Reset").click()
    everything = f"{len(NAMES) + 1} of {len(NAMES) + 1} series"
    expect(page.locator("#shown")).to_have_text(everything)
    page.reload()
    expect(page.locator("#shown")).to_have_text(everything)


def test_it_fits_its_window(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
