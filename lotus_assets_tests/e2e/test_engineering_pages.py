"""The engineering pages in Chromium, opened from the disk as a person opens them."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY, CATALOGUE
from lotus_assets.outputs.daily_export import daily_files
from lotus_assets.outputs.pages import metric_page
from lotus_assets.outputs.pages.engineering_pages import engineering_files
from lotus_assets.outputs.pages.number_forms import personal
from lotus_assets.outputs.pages.page_files import write_missing, write_pages
from lotus_assets.sources.rules_file import MetricTarget, Rules
from lotus_assets_tests.e2e.shown_figures import day_facts, shown_rows
from lotus_assets_tests.e2e.test_interface import CHROMIUM
from lotus_assets_tests.e2e.watched_page import Watched, served
from lotus_assets_tests.unit.outputs.pages.figures import (
    DAY,
    MAKING,
    OTHER,
    SLICES,
    quality,
)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium (apt install chromium)"),
]
ROWS = shown_rows()
CUT_OFF = """[...document.querySelectorAll(".scroll")].map((box) => getComputedStyle(box))
  .filter(({maxHeight, overflowY}) => maxHeight !== "none" || overflowY !== "visible").length"""
SUNDAY = date(2026, 3, 22)
"""The last one before DAY, a Wednesday."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages about figures made by hand, one repo of which bears markup in its name."""
    folder = tmp_path_factory.mktemp("pages")
    # Of two repos the second is one that the page makes when it is asked for.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metric_page, "DRAWN", 1)
        files, entries = engineering_files(
            ROWS,
            day_facts(),
            quality(expected_day=DAY + timedelta(days=1)),
            rules=Rules(targets=(MetricTarget(metric="rework_rate", value=0.1),)),
            restated={SUNDAY: 1, SUNDAY - timedelta(weeks=1): 3},
            generated_at=MAKING.generated_at,
        )
    write_pages(folder, "engineering", files)
    write_missing(folder, entries)
    return folder


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    watched = Watched(browser)
    yield watched
    assert watched.said == [], "it says nothing on the console"
    assert watched.page.evaluate("violations") == []
    assert all(address.startswith("file://") for address in watched.requested)
    watched.context.close()


def exported(repo: str | None, day: date = DAY) -> dict[str, float | None]:
    [content] = [
        content for path, content in daily_files(ROWS, day).items() if path.suffix == ".json"
    ]
    metrics: dict[str, float | None] = next(
        one["metrics"]
        for one in json.loads(content)
        if one["repo"] == repo and (repo or not one["business_line"])
    )
    return metrics


def assert_shows(watched: Watched, figures: dict[str, float | None]) -> None:
    """Every tile reads as the exported figure does."""
    for metric in CATALOGUE:
        value = watched.page.locator(f'.kpi[data-metric="{metric.key}"] .value')
        expect(value).to_have_text(personal(figures[metric.key], metric.unit))


def test_numbers_on_the_page_are_those_of_the_export(watched: Watched, folder: Path) -> None:
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    assert_shows(watched, exported(None))
    page.locator("select[name=repo]").select_option(SLICES[3][3])
    assert_shows(watched, exported(SLICES[3][3]))


def test_another_day_shows_its_numbers_and_stays_in_the_address(
    watched: Watched, folder: Path
) -> None:
    page, day = watched.page, SUNDAY - timedelta(weeks=3)
    page.goto(f"file://{folder}/index.html#/?team=Matching")
    page.locator("select[name=day]").select_option(day.isoformat())
    page.locator("select[name=repo]").select_option(SLICES[3][3])
    assert_shows(watched, exported(SLICES[3][3], day))
    page.get_by_label("Metric").select_option("mr_throughput_wk")
    merged = exported(SLICES[3][3], day)["mr_throughput_wk"]
    expect(page.locator("#ranking tbody .number")).to_have_text(f"{merged:,.0f}")
    page.reload()
    assert_shows(watched, exported(SLICES[3][3], day))
    escaped = page.locator('.kpi[data-metric="defect_escape_rate"] .reason')
    expect(escaped).to_have_text(BY_KEY["defect_escape_rate"].empty)
    trend, dot = page.locator('.kpi[data-metric="wip_count"] .sparkline path').all()
    assert trend.get_attribute("d") != ""
    assert dot.get_attribute("d") != ""
    page.get_by_role("heading", name="Rework rate").click()
    expect(page.locator("#other-day")).to_contain_text(f"the command says those of {day}")
    expect(page.locator("#command")).to_contain_text(f"--date {day} --business-line Exchange")
    page.get_by_role("link", name="All metrics of this part").click()
    assert_shows(watched, exported(SLICES[3][3], day))


def test_a_choice_stands_in_the_address_and_comes_back(watched: Watched, folder: Path) -> None:
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    page.get_by_label("Team").select_option("Matching")
    expect(page.locator("#shown")).to_have_text("Matching")
    page.get_by_label("Metric").select_option("rework_rate")
    assert page.evaluate("location.hash") == (
        "#/?business_line=Exchange&team=Matching&metric=rework_rate"
    )
    page.reload()
    expect(page.locator("#shown")).to_have_text("Matching")
    expect(page.get_by_label("Metric")).to_have_value("rework_rate")
    page.get_by_role("button", name="Whole organisation").click()
    expect(page.locator("#shown")).to_have_text("Toman")


def test_a_tile_leads_to_its_metric_and_that_to_the_part(watched: Watched, folder: Path) -> None:
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    page.get_by_label("Business line").select_option("Exchange")
    page.get_by_role("heading", name="Cycle time, median").click()
    expect(page.locator("h1")).to_have_text("Cycle time, median")
    expect(page.locator("select[name=business_line]")).to_have_value("Exchange")
    expect(page.get_by_text("Key in exports")).to_be_visible()
    expect(page.locator("#spread")).to_be_visible()
    page.get_by_role("link", name="toman/exchange/orderbook").click()
    expect(page.locator("#shown")).to_have_text("toman/exchange/orderbook")
    page.get_by_role("link", name="All metrics of this part").click()
    expect(page.locator("#shown")).to_have_text("toman/exchange/orderbook")


def test_the_page_of_a_metric_shows_the_rows_behind_the_number_of_a_part(
    watched: Watched, folder: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    page.locator("select[name=repo]").select_option(SLICES[3][3])
    page.get_by_role("heading", name="Cycle time, median").click()
    value = exported(SLICES[3][3])["mr_cycle_time_p50_h"]
    expect(page.locator("#exported")).to_have_text(f"{value:g}")
    expect(page.locator("#figure")).to_have_text("2\N{NO-BREAK SPACE}h")
    expect(page.locator("#arithmetic")).to_have_text(
        "the 0.5 quantile of 3 merge requests: number 2 in ascending order, 2"
    )
    rows = page.locator("#counted tbody tr")
    expect(page.locator("#counted-title")).to_have_text("Rows that count: 3")
    expect(rows.locator("a")).to_have_text(["!13", "!12", "!11"])
    expect(rows.locator("a").first).to_have_attribute(
        "href", "https://gitlab.example.com/toman/exchange/orderbook/-/merge_requests/13"
    )
    expect(rows.first).to_contain_text("2026-03-23 13:00")
    page.get_by_text("Rows that nearly count: 2").click()
    expect(page.locator("#nearly tbody tr")).to_have_count(2)
    expect(page.locator("#nearly")).to_contain_text("it counts until the day before")
    expect(page.locator("#command")).to_have_text(
        f"python -m lotus_assets explain metric mr_cycle_time_p50_h --date {DAY} "
        "--business-line Exchange --team Matching --repo toman/exchange/orderbook"
    )
    expect(page.locator("#explained")).to_be_hidden()


def test_rows_of_hostile_names_stay_text_also_in_the_command(
    watched: Watched, folder: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/metrics/rework_rate.html")
    expect(page.locator("#counted-title")).to_have_text("Rows that count: 4")
    page.locator("select[name=repo]").select_option(OTHER[3])
    expect(page.locator("#counted tbody th")).to_have_text([OTHER[3]])
    expect(page.locator("#counted a")).to_have_attribute(
        "href",
        "https://gitlab.example.com/toman/exchange/%3Cb%3Esettlement%3C/b%3E/-/merge_requests/21",
    )
    expect(page.locator("#command")).to_contain_text(f"--repo '{OTHER[3]}'")
    assert page.locator("#rows b").count() == 0
    page.goto(f"file://{folder}/metrics/mr_throughput_wk.html")
    expect(page.locator("#since-then")).to_contain_text("Facts changed since then; the rows give")


def test_a_ranking_has_all_repos_when_asked(watched: Watched, folder: Path) -> None:
    page = watched.page
    page.goto(f"file://{folder}/metrics/mr_throughput_wk.html")
    ranked = page.locator("table.ranking[data-level=repo] tbody tr")
    expect(ranked).to_have_count(1)
    page.locator("[data-more=repo]").get_by_role("button", name="Show all").click()
    expect(ranked.locator("th")).to_have_text([OTHER[3], SLICES[3][3]])
    figures = [exported(repo)["mr_throughput_wk"] for repo in (OTHER[3], SLICES[3][3])]
    expect(ranked.locator(".number")).to_have_text([f"{figure:.0f}" for figure in figures])
    assert page.locator("table.ranking b").count() == 0


def test_where_the_api_serves_the_page_it_leads_to_the_explanation(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "pages").symlink_to(folder)
    watched = Watched(browser)
    with served(tmp_path) as address:
        watched.page.goto(f"{address}pages/metrics/rework_rate.html#/?team=Matching")
        expect(watched.page.get_by_role("link", name="or from the API")).to_have_attribute(
            "href",
            "/explain/metrics/rework_rate?business_line=Exchange&team=Matching"
            f"&date={DAY}&format=html",
        )
        expect(watched.page.locator("#counted tbody tr")).to_have_count(4)
    watched.context.close()


def test_repos_behind_a_number_sort_and_hostile_names_stay_text(
    watched: Watched, folder: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    page.get_by_label("Metric").select_option("mr_throughput_wk")
    names = page.locator("#ranking tbody th")
    expect(names).to_have_text([SLICES[4][3], SLICES[3][3]])
    page.locator("#ranking").get_by_role("button", name="Figure").click()
    expect(names).to_have_text([SLICES[3][3], SLICES[4][3]])
    assert page.locator("#ranking b").count() == 0


def test_a_series_is_read_week_by_week_as_its_table_has_it(
    watched: Watched, folder: Path, pictures: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/metrics/mr_cycle_time_p50_h.html")
    series = page.get_by_role("slider")
    series.press("End")
    figure = page.locator("section", has_text="By week").locator(".figure")
    figure.get_by_text("Figures as a table").click()
    names = figure.locator("thead th").all_inner_texts()[1:]
    for row in figure.locator("tbody tr").all()[:3]:
        figures = row.locator("td").all_inner_texts()
        said = series.get_attribute("aria-valuetext") or ""
        assert [
            name for name in zip(names, figures, strict=True) if ": ".join(name) not in said
        ] == []
        series.press("ArrowLeft")
    page.screenshot(path=pictures / "metric_readout.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["index", "weekly", "quality", "metrics/mr_cycle_time_p50_h", "restatements"]
)
def test_pages_fit_a_phone_and_break_no_rule_of_access(
    browser: Browser, folder: Path, name: str, scheme: str
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="SKIPPED: axe is not installed"
    )
    watched = Watched(browser, color_scheme=scheme)
    page = watched.page
    page.goto(f"file://{folder}/{name}.html")
    if name.startswith("metrics/"):
        page.get_by_text("Rows that nearly count: 2").click()
        expect(page.locator("#nearly tbody tr")).to_have_count(2)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    watched.context.close()


def test_the_light_is_red_with_its_reason_and_leads_to_the_quality(
    watched: Watched, folder: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/weekly.html")
    expect(page.locator(".light")).to_contain_text("Data red: figures end with 2026-03-25")
    page.locator(".light a").click()
    expect(page.locator("h1")).to_have_text("Data quality")


def test_the_weekly_view_says_what_was_restated_and_leads_there(
    watched: Watched, folder: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/weekly.html")
    said = page.get_by_text("Restated since they were given out")
    expect(said).to_contain_text(
        "3 numbers of last week (to 15 March) and 1 number of this week (to 22 March)"
    )
    said.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Restated numbers")


def test_the_weekly_view_prints(watched: Watched, folder: Path) -> None:
    page = watched.page
    page.goto(f"file://{folder}/weekly.html")
    document = page.pdf(format="A4", landscape=True)
    assert document.startswith(b"%PDF")
    assert 1 <= document.count(b"/Type /Page\n") <= 12
    page.emulate_media(media="print")
    expect(page.locator("header nav")).to_be_hidden()
    assert page.evaluate(CUT_OFF) == 0


@pytest.mark.parametrize("name", ["index", "metrics/rework_rate"])
def test_pages_print_whole_with_the_part_that_they_are_about(
    watched: Watched, folder: Path, name: str
) -> None:
    """On paper nothing scrolls: what a box cuts off would be printed over what comes next."""
    page = watched.page
    page.goto(f"file://{folder}/{name}.html#/?team=Matching")
    expect(page.locator("#ranking tbody tr, #counted tbody tr").first).to_be_visible()
    page.set_viewport_size({"width": 1000, "height": 700})
    page.emulate_media(media="print")
    assert page.evaluate(CUT_OFF) == 0
    expect(page.locator("#shown")).to_have_text("Matching")
    expect(page.locator("#shown")).to_be_visible()
    expect(page.locator("select[name=team]")).to_be_hidden()
