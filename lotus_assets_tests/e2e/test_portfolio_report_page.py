"""The report of a portfolio in Chromium, opened from a file: read, sorted, on a telephone, printed.

`SCREENSHOTS` names a folder to keep the pictures in.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from lotus_assets.outputs.pages.moving_charts import library_file
from lotus_assets.outputs.portfolio_report.report_model import IndexRow
from lotus_assets.outputs.portfolio_report.report_pages import index_page, portfolio_page
from lotus_assets_tests.e2e.test_interface import CHROMIUM
from lotus_assets_tests.e2e.watched_page import Watched, served
from lotus_assets_tests.unit.outputs.portfolio_report.hand_made_report import (
    EQUITY,
    HOSTILE,
    report,
)

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium (apt install chromium)"),
]
NOW = datetime(2026, 3, 9, 4, 5, tzinfo=UTC)
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with hostile names, and an index that leads to it."""
    pages = tmp_path_factory.mktemp("pages")
    folder = pages / "portfolios"
    folder.mkdir()
    for name, content in library_file().items():
        (pages / name).write_bytes(content)
    (folder / "PF-1.html").write_bytes(portfolio_page(report(HOSTILE), NOW))
    rows = [
        IndexRow(name, date(2026, 3, 8), "007", None, ytd, None, None, None, None, (), "")
        for name, ytd in (("PF-1", 0.01), ("PF-2", None), ("PF-3", 0.03))
    ]
    (folder / "index.html").write_bytes(index_page(rows, date(2026, 3, 8), NOW))
    return folder


@pytest.fixture
def watched(browser: Browser, folder: Path) -> Iterator[Watched]:
    """The report as it is first seen; at the end nothing may have gone wrong on it."""
    watched = Watched(browser)
    watched.page.goto(f"file://{folder}/PF-1.html")
    yield watched
    assert watched.page.evaluate("violations") == []
    assert watched.said == []
    watched.context.close()


def test_a_report_loads_what_moves_its_charts_and_nothing_else(
    watched: Watched, folder: Path
) -> None:
    expect(watched.page.get_by_role("heading", name="Portfolio PF-1")).to_be_visible()
    curve = watched.page.get_by_role("slider", name="Cumulative return of PF-1 over YTD")
    curve.scroll_into_view_if_needed()
    expect(curve.locator("canvas")).to_be_visible()
    assert watched.requested == [
        f"file://{folder}/PF-1.html",
        f"file://{folder.parent}/charts.js",
    ]


def test_a_curve_is_read_day_by_day(watched: Watched, pictures: Path) -> None:
    """As the table behind it has the figure of the month's last day."""
    page = watched.page
    curve = page.get_by_role("slider", name="Cumulative return of PF-1 over YTD")
    curve.press("End")
    said = curve.get_attribute("aria-valuetext") or ""
    page.locator("#curve .figure").get_by_text("Figures as a table").click()
    cells = page.locator("#curve .figure tbody tr").last.locator("td").all_inner_texts()
    assert [f": {cell}" in said for cell in cells] == [True] * len(cells), (said, cells)
    page.screenshot(path=pictures / "report_readout.png")


def test_without_its_script_the_drawing_stands(browser: Browser, folder: Path) -> None:
    watched = Watched(browser, java_script_enabled=False)
    watched.page.goto(f"file://{folder}/PF-1.html")
    plot = watched.page.get_by_role("img", name="Cumulative return of PF-1 over YTD")
    assert plot.evaluate("(plot) => plot.getBoundingClientRect().width") > 300
    watched.context.close()


def test_parts_unfold_and_hold_the_hostile_name_as_text(watched: Watched) -> None:
    part = watched.page.locator("#contribution")
    expect(part.get_by_text("All positions")).to_be_visible()
    part.get_by_text("All positions").click()
    expect(part.locator("table.positions th[scope=row]")).to_have_text(HOSTILE)
    assert watched.page.locator("img[src=x]").count() == 0


def test_the_index_sorts_and_leads_to_a_report(browser: Browser, folder: Path) -> None:
    watched = Watched(browser)
    page = watched.page
    page.goto(f"file://{folder}/index.html")
    names = page.locator("#portfolios tbody th")
    page.get_by_role("button", name="YTD").click()
    expect(names).to_have_text(["PF-3", "PF-1", "PF-2"])
    page.get_by_role("button", name="YTD").click()
    expect(names).to_have_text(["PF-1", "PF-3", "PF-2"])
    page.get_by_role("link", name="PF-1").click()
    expect(page.get_by_role("heading", name="Portfolio PF-1")).to_be_visible()
    assert watched.said == []
    watched.context.close()


def test_a_figure_leads_to_the_command_that_explains_it(watched: Watched, pictures: Path) -> None:
    page = watched.page
    page.evaluate(OPEN_ALL)
    command = page.locator("#asked-command")
    said = "python -m lotus_assets explain portfolio PF-1"
    page.locator("#period-table").get_by_role("button", name="+1.23 %").first.click()
    as_of = "--as-of 2026-03-08"
    expect(command).to_have_text(f"{said} twr {as_of} --period YTD --metric-basis NET")
    expect(page.get_by_role("dialog", name="+1.23 %")).to_be_visible()
    page.screenshot(path=pictures / "report_explaining.png")
    page.get_by_role("button", name="Copy").press("Escape")
    expect(command).to_be_hidden()
    expect(page.locator("#period-table").get_by_role("button", name="+1.23 %")).to_be_focused()
    for place, asked in (
        (".positions td:nth-child(4)", f"contribution {as_of} --period YTD --group P-1"),
        (".effects tr.sum td", f"attribution {as_of} --period YTD"),
        ("[data-figure=alpha] td", f"risk_statistics {as_of} --frequency DAILY --period YTD"),
        ("#money-table td:nth-child(6)", f"mwr {as_of} --period YTD --method MODIFIED_DIETZ"),
        (
            ".effects tbody tr:first-child td:nth-child(7)",
            f"attribution {as_of} --period YTD --group '{EQUITY}'",
        ),
    ):
        page.locator(place).get_by_role("button").first.click()
        expect(command).to_have_text(f"{said} {asked}")


def test_where_the_api_serves_a_report_a_figure_leads_to_its_explanation(
    browser: Browser, folder: Path
) -> None:
    watched = Watched(browser)
    (folder.parent / "site").mkdir()
    (folder.parent / "site" / "pages").symlink_to(folder.parent)
    with served(folder.parent / "site") as address:
        watched.page.goto(f"{address}pages/portfolios/PF-1.html")
        watched.page.evaluate(OPEN_ALL)
        effect = watched.page.locator(".effects tbody tr:first-child td:nth-child(7) a")
        expect(effect).to_have_attribute(
            "href",
            "/explain/portfolios/PF-1/attribution?as_of=2026-03-08&period=YTD"
            "&group=%7B%22asset_class%22%3A+%22Equity%22%7D&format=html",
        )
    assert watched.said == []
    watched.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["PF-1", "index"])
def test_everyone_can_read_it(
    browser: Browser, folder: Path, pictures: Path, scheme: Any, name: str
) -> None:
    """No violation of WCAG that axe can see, in either scheme, with everything unfolded."""
    watched = Watched(browser, color_scheme=scheme, bypass_csp=True)
    page = watched.page
    page.goto(f"file://{folder}/{name}.html")
    page.evaluate(OPEN_ALL)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.screenshot(path=pictures / f"report_{name}_{scheme}.png", full_page=True)
    watched.context.close()


def test_a_telephone_scrolls_it_one_way_alone(browser: Browser, folder: Path) -> None:
    watched = Watched(browser)
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("PF-1", "index"):
        page.goto(f"file://{folder}/{name}.html")
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert watched.said == []
    watched.context.close()


def test_it_prints(watched: Watched, pictures: Path) -> None:
    printed = watched.page.pdf(path=pictures / "report.pdf", format="A4")
    assert printed.startswith(b"%PDF")
    watched.page.emulate_media(media="print")
    expect(watched.page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(watched.page.locator("#curve .plot")).to_be_visible()
    expect(watched.page.locator("#curve canvas")).to_be_hidden()
