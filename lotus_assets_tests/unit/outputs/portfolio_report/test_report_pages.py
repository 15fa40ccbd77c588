"""The page of a report made by hand: what it says, escapes, and leads to."""

import dataclasses
import re
from datetime import UTC, date, datetime

import pytest

from lotus_assets.outputs.portfolio_report.report_model import (
    IndexRow,
    PortfolioReport,
)
from lotus_assets.outputs.portfolio_report.report_pages import index_page, portfolio_page
from lotus_assets.outputs.portfolio_report.report_paths import page_path
from lotus_assets_tests.unit.outputs.portfolio_report.hand_made_report import HOSTILE, report

NOW = datetime(2026, 3, 9, 4, 5, tzinfo=UTC)


def page(one: PortfolioReport) -> str:
    return portfolio_page(one, NOW).decode()


def test_the_same_report_gives_the_same_bytes() -> None:
    assert portfolio_page(report(), NOW) == portfolio_page(report(), NOW)


def test_whatever_a_name_holds_it_stays_text() -> None:
    told, harmless = page(report(HOSTILE)), page(report("Amstel"))
    assert told.count("<script") == harmless.count("<script")
    assert "<img" not in told
    assert "&lt;img src=x" in told
    assert told.count("onerror=") == told.count("&lt;img src=x onerror=")


def test_a_figure_is_rounded_in_its_text_and_whole_beside_it() -> None:
    assert '<td class="number" data-value="0.0123456789">+1.23\xa0%</td>' in page(report())
    assert '<td class="number" data-value="0.00123456">+12.3</td>' in page(report())


def test_flows_and_corrections_are_marked_on_the_curve_with_their_amounts() -> None:
    text = page(report())
    assert "<title>3 Mar 2026: in 1,000.00 EUR</title>" in text
    assert "<title>4 Mar 2026: known as it is since 8 Mar 2026</title>" in text
    assert text.count('class="mark flow"') == 1
    assert text.count('class="mark warning"') == 1


def test_statuses_and_marked_days_are_told_in_words() -> None:
    text = page(report())
    assert "More than everything lost on 4 Mar 2026" in text
    assert "Day with short capital: 2 days" in text


def test_a_portfolio_without_benchmark_says_so() -> None:
    alone = dataclasses.replace(report(), benchmark_id=None, attributions=())
    text = page(alone)
    assert "no benchmark to be compared with" in text
    assert "there is no active return to attribute" in text


def test_a_portfolio_that_was_refused_says_why_and_no_more() -> None:
    refused = dataclasses.replace(
        report(), refusal="INSUFFICIENT_DATA: TRY/EUR has no rate", curve=report().curve.iloc[:0]
    )
    text = page(refused)
    assert "INSUFFICIENT_DATA: TRY/EUR has no rate." in text
    assert 'id="periods"' not in text
    assert 'id="payloads"' in text


def test_the_foot_names_the_version_and_hash_of_the_data() -> None:
    foot = page(report()).split("<footer>")[1]
    assert "Data version 7; performance-input" in foot
    assert "ab" * 32 in foot


def test_a_report_reconciles_groups_and_own_returns() -> None:
    [row] = re.findall(r"Series less groups.*?</tr>", page(report()))
    [value] = re.findall(r'data-value="(.*?)"', row)
    assert float(value) == pytest.approx(0.02 - 0.0195)


def test_periods_without_attribution_are_told_once_with_their_reason() -> None:
    assert page(report()).count("3Y, 5Y: Inputs begin later.") == 1


def test_no_portfolio_takes_the_place_of_the_index() -> None:
    names = ["index", "PF-1", "a:b", "..a"]
    paths = [str(page_path(name)) for name in names]
    assert paths[1] == "portfolios/PF-1.html"
    assert len({*paths, "portfolios/index.html"}) == 5


def test_the_index_leads_to_every_portfolio_and_names_its_shard() -> None:
    rows = [
        IndexRow(name, date(2026, 3, 8), "007", None, 0.01, None, None, None, None, (), refusal)
        for name, refusal in (("PF-1", ""), ("a:b", "INSUFFICIENT_DATA: closed"))
    ]
    text = index_page(rows, date(2026, 3, 8), NOW).decode()
    assert '<a href="./PF-1.html">PF-1</a>' in text
    assert '<a href="./a%3Ab.html">a:b</a>' in text
    assert text.count("<td>007</td>") == 2
    assert "2 portfolios, 1 without figures" in text
    assert "INSUFFICIENT_DATA: closed" in text
