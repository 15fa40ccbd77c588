"""The benchmark dashboard in Chromium: from a file, over HTTP, with and without scripts.

`SCREENSHOTS` names a folder to keep the pictures in.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lotus_assets.benchmarks.dashboard import dashboard_files
from lotus_assets_tests.e2e.test_interface import CHROMIUM
from lotus_assets_tests.e2e.watched_page import Watched, served
from lotus_assets_tests.unit.benchmarks.history_world import BEGIN, FAST, SLOW, World, noisy

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium (apt install chromium)"),
]
DAYS = 200
LINKING = "test_returns.py::test_linking"
FACTS = "test_facts.py::test_merge_requests"
MEMORY = "test_performance.py::test_memory_1m_trades"
RATIO = "test_performance.py::test_compression_ratio[250]"


def history() -> World:
    """200 days of two suites; `LINKING` is slower from day 120, all on another machine from 150."""
    world = World()
    times = noisy(0.3, DAYS, seed=1)
    times[120:] *= 1.2
    times[150:] *= 1.3
    for day in range(DAYS):
        run = world.add_run("own", day, machine_fingerprint=SLOW if day >= 150 else FAST)
        world.add_result(run, LINKING, "time", float(times[day]))
        world.add_result(run, FACTS, "time", 41e-6 * (2 if day == DAYS - 1 else 1))
        run = world.add_run("rangebar", day, version="9.1.0")
        world.add_result(run, MEMORY, "peak_memory", 71e6)
        world.add_result(run, RATIO, "compression_ratio", 10_000 / 44)
    moved = {"benchmark": LINKING, "metric": "time", "movement": "slower", "ratio": 1.2}
    for name in ("loud", "sensitive"):
        world.add_fact(
            "change_point", "own", "own-120", **moved, list=name, reason="360 ms after 300 ms."
        )
    doubled = {"benchmark": FACTS, "metric": "time", "movement": "slower", "ratio": 2.0}
    newest = f"own-{DAYS - 1}"
    world.add_fact("threshold", "own", newest, **doubled, state="candidate", reason="82 after 41.")
    world.add_fact("environment", "own", "own-60", share=0.75, movement="slower", reason="3 of 4.")
    return world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dashboard")
    made = dashboard_files(**history().frames(), generated_at=datetime(2026, 11, 21, tzinfo=UTC))
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The folder over HTTP, as Pages serves it."""
    with served(folder) as address:
        yield address


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    """The page as it is first seen; at the end nothing may have gone wrong on it."""
    watched = Watched(browser, color_scheme="light")
    watched.page.goto(address)
    yield watched
    assert watched.page.evaluate("violations") == []
    assert watched.said == []
    assert watched.requested == [address], "it loads itself and nothing else"
    watched.context.close()


def cards(page: Page) -> list[str]:
    """The series that can be seen, by benchmark."""
    return page.locator(".card:visible .name").all_inner_texts()


def test_the_page_tells_what_was_found_each_fact_apart(watched: Watched, pictures: Path) -> None:
    page = watched.page
    expect(page.get_by_role("heading", name="1 confirmed slow-down")).to_be_visible()
    titles = page.locator("details.fact h3").all_inner_texts()
    assert titles == [
        *("Threshold", "Change points", "Suite-wide changes"),
        *("Environment", "Exact metrics", "Completeness"),
    ]
    page.screenshot(path=pictures / "benchmarks_top.png")
    page.get_by_role("link", name=re.compile("Change points")).click()
    table = page.get_by_role("region", name="Change points").locator("tbody tr")
    assert [row.split("\t")[2] for row in table.all_inner_texts()] == ["loud", "sensitive"]
    link = table.first.locator("a.commit")
    assert link.get_attribute("href") == (
        "https://gitlab.example.com/toman/lotus-assets/commit/0000078" + "c0ffee" * 5 + "abc"
    )
    expect(page.get_by_role("region", name="Threshold")).to_contain_text("candidate")


def test_series_are_filtered_by_suite_metric_name_and_finding(
    watched: Watched, pictures: Path
) -> None:
    page = watched.page
    assert cards(page) == [FACTS, LINKING, RATIO, MEMORY]
    page.get_by_label("Suite").select_option("rangebar")
    assert cards(page) == [RATIO, MEMORY]
    expect(page.locator("#shown")).to_have_text("2 of 4 series")
    page.get_by_label("Metric").select_option("peak_memory")
    assert cards(page) == [MEMORY]
    assert page.url.endswith("?suite=rangebar&metric=peak_memory")
    page.screenshot(path=pictures / "benchmarks_filtered.png")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#shown")).to_have_text("4 of 4 series")
    page.get_by_label("only with findings").check()
    assert cards(page) == [FACTS, LINKING]
    page.get_by_label("Benchmark", exact=True).fill("LINK returns")
    assert cards(page) == [LINKING]
    page.get_by_label("Benchmark", exact=True).fill("nothing of that name")
    expect(page.get_by_text("No series matches the filter.")).to_be_visible()


def test_a_filter_in_the_address_is_applied(browser: Browser, address: str) -> None:
    watched = Watched(browser)
    watched.page.goto(f"{address}?suite=own&text=linking")
    expect(watched.page.locator("#shown")).to_have_text("1 of 4 series")
    watched.context.close()


def test_a_period_magnifies_its_runs(watched: Watched, pictures: Path) -> None:
    page = watched.page
    card = page.locator(".card", has_text=LINKING)
    card.get_by_role("slider").focus()
    strip = card.locator(".strip")
    assert strip.get_attribute("viewBox") == "0 -1 1000 2"
    whole = drawn(page)
    page.get_by_label("Period").select_option("30")
    left, _, width, _ = (float(part) for part in (strip.get_attribute("viewBox") or "").split())
    # 30 days and 1 % at either end, of 199 days and 2 % at either end
    assert width == pytest.approx(1_000 * 30 * 1.02 / (199 * 1.04), rel=0.001)
    assert left + width == pytest.approx(1_000 * (199 * 1.02 + 0.3) / (199 * 1.04), rel=0.001)
    marks = card.locator(".moving .change_point")
    expect(marks).to_be_hidden()  # day 120 is outside
    assert drawn(page) != whole
    page.screenshot(path=pictures / "benchmarks_period.png")
    page.get_by_label("Period").select_option("")
    expect(marks).to_be_visible()
    assert drawn(page) == whole


def drawn(page: Page) -> str:
    """What uPlot has painted of `LINKING`, once it has."""
    canvas = page.locator(".card", has_text=LINKING).locator("canvas")
    page.evaluate("new Promise(requestAnimationFrame)")
    return str(canvas.evaluate("(canvas) => canvas.toDataURL()"))


def test_a_drag_magnifies_and_a_double_click_ends_it(watched: Watched) -> None:
    page = watched.page
    card = page.locator(".card", has_text=LINKING)
    card.scroll_into_view_if_needed()
    over = card.locator(".u-over")
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()
    strip = card.locator(".strip")
    expect(strip).not_to_have_attribute("viewBox", "0 -1 1000 2")
    left, _, width, _ = (float(part) for part in (strip.get_attribute("viewBox") or "").split())
    assert (left, width) == pytest.approx((250, 500), abs=5)
    over.dblclick()
    expect(strip).to_have_attribute("viewBox", "0 -1 1000 2")


def test_runs_are_walked_with_the_keyboard(watched: Watched) -> None:
    page = watched.page
    runs = page.get_by_role("slider", name="Runs of Returns: linking time")
    runs.scroll_into_view_if_needed()
    runs.press("Home")
    assert runs.get_attribute("aria-valuenow") == "1"
    said = runs.get_attribute("aria-valuetext") or ""
    assert f"{BEGIN.day} Jan 2026, 03:17 UTC, 0000000, daily, {FAST}" in said
    for _ in range(120):
        runs.press("ArrowRight")
    # The first run after the slow-down: 20 % more, with some noise.
    assert (runs.get_attribute("aria-valuetext") or "").startswith("36")
    expect(page.locator(".readout:visible b")).to_have_text(re.compile(r"^36\d\.\d\sms$"))
    expect(page.locator(".readout:visible")).to_contain_text("on the previous run")
    runs.press("End")
    assert runs.get_attribute("aria-valuenow") == str(DAYS)
    strip = page.locator(".card", has_text=LINKING).locator(".strip")
    runs.press("+")
    expect(strip).not_to_have_attribute("viewBox", "0 -1 1000 2")
    assert runs.get_attribute("aria-valuenow") == str(DAYS)
    runs.press("-")
    expect(strip).to_have_attribute("viewBox", "0 -1 1000 2")
    runs.press("Escape")
    expect(page.locator(".readout:visible")).to_have_count(0)


def test_the_pointer_reads_the_run_below_it(watched: Watched, pictures: Path) -> None:
    page = watched.page
    card = page.locator(".card", has_text=MEMORY)
    card.scroll_into_view_if_needed()
    card.locator(".u-over").hover(position={"x": 5, "y": 40})
    expect(card.locator(".readout")).to_contain_text("71 MB")
    expect(card.locator(".readout")).to_contain_text("9.1.0, 0000000, daily")
    page.screenshot(path=pictures / "benchmarks_readout.png")


def test_figures_are_there_as_a_table(watched: Watched) -> None:
    card = watched.page.locator(".card", has_text=FACTS)
    card.get_by_text("Figures as a table").click()
    rows = card.locator("tbody tr")
    expect(rows).to_have_count(DAYS)
    expect(rows.first.locator("td").nth(1)).to_have_text("82 µs")
    expect(rows.nth(1).locator("td").nth(1)).to_have_text("41 µs")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(browser: Browser, address: str, pictures: Path, scheme: Any) -> None:
    """No violation of WCAG that axe can see, in either scheme, with everything unfolded."""
    watched = Watched(browser, color_scheme=scheme, bypass_csp=True)
    page = watched.page
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.add_style_tag(content=".card { content-visibility: visible !important; }")
    page.get_by_role("slider").first.press("Home")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.screenshot(path=pictures / f"benchmarks_{scheme}.png", full_page=True)
    watched.context.close()


def test_the_theme_is_chosen_and_kept(watched: Watched) -> None:
    page = watched.page
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Theme: automatic").click()
    page.get_by_role("button", name="Theme: light").click()
    dark = page.evaluate(background)
    assert dark != light
    watched.requested.clear()
    page.reload()
    assert page.evaluate(background) == dark


def test_without_scripts_the_charts_stand(browser: Browser, folder: Path, pictures: Path) -> None:
    """Opened from a file by someone who lets no script run."""
    watched = Watched(browser, java_script_enabled=False)
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_role("search")).to_be_hidden()
    plot = page.get_by_role("img", name=re.compile("^Returns: linking, time: 200 runs"))
    plot.scroll_into_view_if_needed()
    expect(plot).to_be_visible()
    assert plot.evaluate("(plot) => plot.getBoundingClientRect().width") > 300
    page.screenshot(path=pictures / "benchmarks_without_scripts.png")
    assert watched.requested == [f"file://{folder}/index.html"]
    watched.context.close()


def test_print_has_what_was_drawn_without_scripts(watched: Watched, pictures: Path) -> None:
    page = watched.page
    card = page.locator(".card", has_text=LINKING)
    card.get_by_role("slider").focus()
    expect(card.locator(".moving")).to_be_visible()
    expect(card.locator(".area .plot")).to_be_hidden()
    page.emulate_media(media="print")
    expect(card.locator(".moving")).to_be_hidden()
    expect(card.locator(".area .plot")).to_be_visible()
    page.pdf(path=pictures / "benchmarks.pdf")


def test_a_foreign_script_does_not_run(browser: Browser, folder: Path, tmp_path: Path) -> None:
    """The policy holds: what is put into the page beside its own script and style is refused."""
    text = (folder / "index.html").read_text(encoding="utf-8")
    foreign = "<script>document.title = 'taken'</script><p style='color: red'>red</p>"
    changed = tmp_path / "changed.html"
    assert text.count("</main>") == 1
    changed.write_text(text.replace("</main>", f"{foreign}</main>"), encoding="utf-8")
    watched = Watched(browser)
    watched.page.goto(f"file://{changed}")
    assert watched.page.title() == "Performance \N{EN DASH} 1 confirmed slow-down"
    refused = [violation.split()[0] for violation in watched.page.evaluate("violations")]
    assert sorted(refused) == ["script-src-elem", "style-src-attr"]
    watched.context.close()


def test_it_fits_a_telephone(browser: Browser, address: str, pictures: Path) -> None:
    watched = Watched(browser, is_mobile=True, has_touch=True)
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=pictures / "benchmarks_telephone.png")
    watched.context.close()
