"""`performance-input`: numbers worked out by hand from the book."""

from collections.abc import Callable
from typing import Any

from lotus_assets_tests.integration.services.lotus_core.book import CORRECTION, FX, valuation
from lotus_assets_tests.integration.services.lotus_core.served import Core

PATH = "portfolios/P1/performance-input"
ASKED = {"as_of_date": "2025-01-10", "consumer_system": "tests"}
ORDER = ("perf_date", "begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")
EXPECTED = [
    # 800 cash and 250 dollars at 0.8
    ("2025-01-02", "0", "1000", "0", "0", "1000"),
    ("2025-01-03", "1000", "0", "0", "0", "1020"),
    # Saturday's flow at the beginning; 890 + 320 x 0.625, and the fee of 10 added back
    ("2025-01-06", "1020", "100", "0", "-10", "1100"),
    ("2025-01-08", "1090", "0", "0", "0", "1090"),
    # a fee of 5 that no position bears
    ("2025-01-09", "1090", "0", "0", "-5", "1095"),
    ("2025-01-10", "1090", "0", "-90", "0", "1050"),
]


def rows(payload: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(point[name] for name in ORDER) for point in payload["valuation_points"]]


def test_the_days_of_the_book(core: Core) -> None:
    payload = core.payload(PATH, **ASKED)
    assert rows(payload) == EXPECTED
    assert [point["day"] for point in payload["valuation_points"]] == [1, 2, 3, 4, 5, 6]
    assert payload["performance_start_date"] == "2025-01-02"
    assert payload["portfolio_open_date"] == "2025-01-02"
    assert payload["currency"] == "EUR"
    assert payload["calendar_id"] == "CAL"
    assert payload["pas_contract_version"] == "rfc_063_v1"
    assert payload["consumer_system"] == "tests"
    assert payload["business_days"] == [
        f"2025-01-{day}" for day in ("02", "03", "06", "07", "08", "09", "10")
    ]


def test_a_missing_business_day_is_listed_and_not_invented(core: Core) -> None:
    diagnostics = core.payload(PATH, **ASKED)["diagnostics"]
    assert diagnostics["missing_business_day_count"] == 1
    assert diagnostics["missing_business_days"] == ["2025-01-07"]
    assert diagnostics["continuity_breaks"] == []


def test_a_window_begins_with_what_the_row_before_left(core: Core) -> None:
    window = {"start_date": "2025-01-06", "end_date": "2025-01-08"}
    payload = core.payload(PATH, **ASKED, window=window)
    assert rows(payload) == EXPECTED[2:4]
    assert payload["performance_start_date"] == "2025-01-06"
    assert [point["day"] for point in payload["valuation_points"]] == [1, 2]


def test_a_window_is_clamped_to_the_open_date_and_the_as_of_date(core: Core) -> None:
    window = {"start_date": "2020-01-01", "end_date": "2030-01-01"}
    payload = core.payload(PATH, **ASKED, window=window)
    assert rows(payload) == EXPECTED
    assert payload["performance_start_date"] == "2025-01-02"
    assert payload["business_days"][-1] == "2025-01-10"


def test_lookback_days_count_the_as_of_day(core: Core) -> None:
    payload = core.payload(PATH, as_of_date="2025-02-06", consumer_system="tests", lookback_days=30)
    assert payload["performance_start_date"] == "2025-01-08"
    assert rows(payload) == EXPECTED[3:]


def test_lookback_days_have_limits(core: Core) -> None:
    for days in (29, 2001):
        status, code, detail = core.problem(PATH, **ASKED, lookback_days=days)
        assert (status, code) == (400, "INVALID_REQUEST")
        assert "lookback_days" in detail
    assert core.payload(PATH, **ASKED, lookback_days=2000)["performance_start_date"]


def test_lookback_and_window_exclude_each_other(core: Core) -> None:
    window = {"start_date": "2025-01-06", "end_date": "2025-01-08"}
    status, code, _ = core.problem(PATH, **ASKED, window=window, lookback_days=30)
    assert (status, code) == (400, "INVALID_REQUEST")


def test_an_inverted_window(core: Core) -> None:
    for window in (
        {"start_date": "2025-01-08", "end_date": "2025-01-06"},
        {"start_date": "2025-02-01", "end_date": "2025-02-28"},  # after the as-of day
    ):
        status, code, detail = core.problem(PATH, **ASKED, window=window)
        assert (status, code) == (400, "INVALID_REQUEST")
        assert "inverted" in detail


def test_no_rows_in_the_window(core: Core) -> None:
    window = {"start_date": "2025-01-07", "end_date": "2025-01-07"}
    assert core.problem(PATH, **ASKED, window=window)[:2] == (422, "INSUFFICIENT_DATA")
    empty = core.problem("portfolios/EMPTY/performance-input", **ASKED)
    assert empty[:2] == (422, "INSUFFICIENT_DATA")


def test_before_the_portfolio_was_known(core: Core) -> None:
    asked = {**ASKED, "as_of_date": "2024-12-31"}
    assert core.problem(PATH, **asked)[:2] == (422, "INSUFFICIENT_DATA")


def test_a_closed_portfolio_misses_no_day_after_it_closed(core: Core) -> None:
    payload = core.payload("portfolios/CLOSED/performance-input", **ASKED)
    assert rows(payload) == [
        ("2025-01-02", "0", "50", "0", "0", "50"),
        ("2025-01-03", "50", "0", "-50", "0", "0"),
    ]
    assert payload["diagnostics"]["missing_business_days"] == []


def test_a_correction_changes_answers_from_its_recording_day_on(
    own_core: Core, load: Callable[..., None]
) -> None:
    friday = own_core.payload(PATH, **ASKED)
    load(CORRECTION)
    replayed = own_core.payload(PATH, **ASKED)
    for payload in (friday, replayed):
        del payload["lineage"]["generated_at"]
    assert replayed == friday
    saturday = own_core.payload(PATH, **{**ASKED, "as_of_date": "2025-01-11"})
    corrected = rows(saturday)
    # 890 + 420 dollars at 0.5
    assert corrected[3] == ("2025-01-08", "1090", "0", "0", "0", "1100")
    assert corrected[4] == ("2025-01-09", "1100", "0", "0", "-5", "1095")
    assert corrected[5] == EXPECTED[5]
    assert saturday["lineage"]["data_version"] != friday["lineage"]["data_version"]


def test_a_stated_beginning_value_that_breaks_is_a_diagnostic(
    own_core: Core, load: Callable[..., None]
) -> None:
    load(
        {
            "position_valuations": [
                valuation("CASH", "13", "800", begin_mv="790"),
                valuation("AAA", "13", "500", begin_mv="500"),
            ]
        }
    )
    payload = own_core.payload(PATH, as_of_date="2025-01-13", consumer_system="tests")
    # 790 + 500 x 0.5, at the rate of the 10th
    assert rows(payload)[-1] == ("2025-01-13", "1040", "0", "0", "0", "1050")
    assert payload["diagnostics"]["continuity_breaks"] == [
        {"id": None, "date": "2025-01-13", "amount": "-10"}
    ]


def test_a_rate_is_carried_for_seven_days_and_no_longer(
    own_core: Core, load: Callable[..., None]
) -> None:
    load({"position_valuations": [valuation("AAA", "17", "500")]})
    payload = own_core.payload(PATH, as_of_date="2025-01-17", consumer_system="tests")
    assert rows(payload)[-1][-1] == "250"
    load({"position_valuations": [valuation("AAA", "18", "500")]})
    status, code, detail = own_core.problem(PATH, as_of_date="2025-01-18", consumer_system="tests")
    assert (status, code) == (422, "INSUFFICIENT_DATA")
    assert "USD/EUR" in detail
    assert "2025-01-18" in detail
    load({"fx_rates": [{**FX[0], "rate_date": "2025-01-18", "rate": "4"}]})
    payload = own_core.payload(PATH, as_of_date="2025-01-18", consumer_system="tests")
    assert rows(payload)[-1][-1] == "125"


def test_rates_of_another_database_are_its_own(core: Core, own_core: Core) -> None:
    """Both hold the first load of the same day; each process may serve more than one."""
    assert rows(core.payload(PATH, **ASKED))[-1][-1] == "1050"
    with own_core.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE lotus_core.fx_rates SET rate = 2 * rate")
    assert rows(own_core.payload(PATH, **ASKED))[-1][-1] == "925"


def test_a_stored_positive_fee_is_a_violation(own_core: Core) -> None:
    with own_core.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE lotus_core.fees SET amount = 5")
    status, code, detail = own_core.problem(PATH, **ASKED)
    assert (status, code) == (502, "CONTRACT_VIOLATION_UPSTREAM")
    assert "2025-01-09" in detail
