"""Explanations as pages in Chromium: what `?format=html` answers and `explain --html` writes.

`SCREENSHOTS` names a folder to keep the pictures in.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.outputs.daily_export import daily_files
from lotus_assets.outputs.explanations.explanation_page import metric_page, portfolio_page
from lotus_assets.outputs.explanations.metric_explanation import StoredValue, metric_explanation
from lotus_assets.outputs.explanations.portfolio_answer import PortfolioExplanation, UsedPayload
from lotus_assets_tests.e2e.shown_figures import HOSTILE, day_facts, shown_rows
from lotus_assets_tests.e2e.test_interface import CHROMIUM
from lotus_assets_tests.e2e.watched_page import Watched
from lotus_assets_tests.unit.outputs.pages.figures import DAY, ORG

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium (apt install chromium)"),
]
NOW = datetime(2026, 3, 26, 4, 5, tzinfo=UTC)
CYCLE, BRANCHES = "mr_cycle_time_p50_h", "branch_ttl_p50_h"


def explained(key: str) -> bytes:
    """The page about a figure of the organisation."""
    rows, facts, metric = shown_rows(), day_facts(), BY_KEY[key]
    is_asked = rows["metric"].eq(key) & rows["date"].eq(str(DAY))
    [value] = rows[is_asked & (rows[LEVELS] == list(ORG)).all(axis="columns")]["value"]
    explanation = metric_explanation(
        metric,
        StoredValue(DAY, ORG, float(value), None),
        facts.rows(metric),
        facts.projects,
        facts.periods,
        facts.surroundings,
    )
    return metric_page(explanation, NOW)


def explained_portfolio() -> bytes:
    days = [
        {"day": f"2026-03-{number:02}", "daily_return": 0.001 * number, "marks": HOSTILE}
        for number in range(1, 26)
    ]
    used = UsedPayload(
        contract="performance-input",
        subject=HOSTILE,
        variant=None,
        status="OK",
        data_version="v1",
        content_hash="0" * 64,
    )
    explanation = PortfolioExplanation(
        portfolio_id=HOSTILE,
        measure="twr",
        as_of=date(2026, 3, 25),
        period="MTD",
        group=None,
        choices={"metric_basis": "NET"},
        table="twr",
        values={"period_return": 0.0123, "status": "OK"},
        arithmetic="period_return: the product of (1 + daily_return) over 25 days, less 1",
        is_current=True,
        details={"days": days},
        inputs=[used],
    )
    return portfolio_page(explanation, NOW)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explanations")
    for key in (CYCLE, BRANCHES):
        (folder / f"{key}.html").write_bytes(explained(key))
    (folder / "portfolio.html").write_bytes(explained_portfolio())
    return folder


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    watched = Watched(browser)
    yield watched
    assert watched.said == []
    assert watched.page.evaluate("violations") == []
    assert len(watched.requested) == 1, "it loads nothing"
    watched.context.close()


def test_the_value_is_the_exported_one_and_its_rows_lead_into_gitlab(
    watched: Watched, folder: Path, pictures: Path
) -> None:
    page = watched.page
    page.goto(f"file://{folder}/{CYCLE}.html")
    [content] = [
        content
        for path, content in daily_files(shown_rows(), DAY).items()
        if path.suffix == ".json"
    ]
    [exported] = [one["metrics"] for one in json.loads(content) if not one["business_line"]]
    expect(page.locator("tr", has=page.get_by_role("rowheader", name="value"))).to_contain_text(
        f"{exported[CYCLE]} h"
    )
    counted = page.get_by_role("group", name="Rows that count", exact=True).locator("tbody tr")
    expect(counted).to_have_count(4)
    expect(counted.filter(has_text="!13").get_by_role("link")).to_have_attribute(
        "href", "https://gitlab.example.com/toman/exchange/orderbook/-/merge_requests/13"
    )
    page.get_by_text("Rows that nearly count: 2").click()
    expect(
        page.get_by_text("it counts until the day before, no longer on this one")
    ).to_be_visible()
    page.screenshot(path=pictures / "explained_metric.png", full_page=True)


def test_hostile_names_stay_text(watched: Watched, folder: Path) -> None:
    page = watched.page
    page.goto(f"file://{folder}/{BRANCHES}.html")
    row = page.locator("tbody tr", has_text=HOSTILE)
    expect(row).to_contain_text("toman/exchange/<b>settlement</b>")
    expect(row.get_by_role("link")).to_have_attribute(
        "href",
        "https://gitlab.example.com/toman/exchange/%3Cb%3Esettlement%3C/b%3E/-/branches/all?"
        "search=%3C%2Ftd%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E",
    )
    assert page.locator("main img, main script, main b").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [CYCLE, BRANCHES, "portfolio"])
def test_explanations_fit_a_phone_and_break_no_rule_of_access(
    browser: Browser, folder: Path, pictures: Path, name: str, scheme: str
) -> None:
    watched = Watched(browser, color_scheme=scheme)
    page = watched.page
    page.goto(f"file://{folder}/{name}.html")
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=pictures / f"explained_{name}_{scheme}.png", full_page=True)
    assert watched.said == []
    watched.context.close()
