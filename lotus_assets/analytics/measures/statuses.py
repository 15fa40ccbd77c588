"""What statuses and reasons mean: why a value is NULL, or what to know about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lotus_assets.engine.performance.formulas.statuses import Reason, Status
from lotus_assets.engine.performance.frames.risk_statistics import TOO_FEW_OBSERVATIONS


@dataclass(frozen=True)
class StatusDefinition:
    """A status or reason for readers: its name, what it says, what is NULL, and an example."""

    name: str
    meaning: str
    missing: str
    example: str


EVERYTHING = "Every figure of the row that is no count."
RATE_A_YEAR = "The rate a year."
NO_RATE = "The rate a year and the period's return, by XIRR."

STATUSES: Mapping[str, StatusDefinition] = {
    Status.OK: StatusDefinition(
        "Complete", "The values stand.", "Nothing.", "A month with a valuation every business day."
    ),
    Status.MULTIPLE_ROOTS: StatusDefinition(
        "Several rates",
        "Several rates solve the window: annual_rate is the one nearest to Modified Dietz, all are "
        "in roots.",
        "Nothing.",
        "1,000 in, 2,300 out after a year, 1,320 in after two: 10 % and 20 % a year.",
    ),
    Status.NEGATIVE_CAPITAL: StatusDefinition(
        "Negative average capital",
        "Modified Dietz's denominator is below 0: the return stands, with its sign turned round.",
        "Nothing.",
        "100 at the beginning, 300 taken out after one of ten days: 100 − 0.9 × 300 = −170.",
    ),
    Status.CLOSED: StatusDefinition(
        "Portfolio closed before",
        "The period begins after the portfolio's close.",
        EVERYTHING,
        "MTD as of 31 March of a portfolio that closed on 20 February.",
    ),
    Status.WINDOW_TOO_SHORT: StatusDefinition(
        "Inputs begin later",
        "The period begins before the inputs do, which look back LOTUS_CORE_LOOKBACK_DAYS "
        "(contribution and attribution: LOTUS_CORE_REPORT_DAYS). The API asks for what a period "
        "needs.",
        EVERYTHING,
        "ITD of a portfolio that opened ten years ago, with inputs of 2,000 days.",
    ),
    Status.NO_OBSERVATIONS: StatusDefinition(
        "No valuation",
        "No day of the period has a valuation.",
        EVERYTHING,
        "MTD as of the 1st, a Sunday.",
    ),
    Status.UNDEFINED_RETURN: StatusDefinition(
        "A gain without capital",
        "A day (status_date) gained on no capital: neither its return nor that of a period with it "
        "is defined.",
        "Returns of the period, and figures made of them.",
        "0 at the beginning of the day, no flow, 5 at its end.",
    ),
    Status.BROKEN_CHAIN: StatusDefinition(
        "More than everything lost",
        "A day (status_date) returned less than −1: linking cannot go on after it.",
        "Returns of the period, and figures made of them.",
        "100 become −20: −1.2.",
    ),
    Status.NOT_LINKABLE: StatusDefinition(
        "Cannot be linked this way",
        "Everything was lost on a day, or in the period, and the linking has no value for it: "
        "CARINO takes logarithms. FRONGELLO may have one.",
        "Effects and contributions by that linking.",
        "100 become 0: ln(1 − 1) does not exist.",
    ),
    Status.OVERFLOW: StatusDefinition(
        "Past what a float holds",
        "A value is larger than 1.8e308: a return, a product of linking, a statistic, or a "
        "money-weighted rate that is compounded over the period.",
        "That value and figures made of it: of XIRR the period's return, of statistics those that "
        "are too large, of contribution and attribution every effect.",
        "A return of 1e200 on each of two days.",
    ),
    Status.NO_SOLUTION: StatusDefinition(
        "No money-weighted rate",
        "No rate solves the window; `reason` says why.",
        NO_RATE,
        "Money was paid in, and none ever came out.",
    ),
    Status.ZERO_CAPITAL: StatusDefinition(
        "No average capital",
        "Modified Dietz's denominator is 0, or the period is one day long.",
        "The rate and the return, by Modified Dietz.",
        "100 at the beginning of ten days, 200 taken out when half of them are over.",
    ),
    TOO_FEW_OBSERVATIONS: StatusDefinition(
        "Too few observations",
        "Under three single returns: a deviation of them says nothing.",
        "Every statistic of the row.",
        "Monthly figures of YTD, as of 20 February.",
    ),
    "NO_INPUT": StatusDefinition(
        "No daily values",
        "lotus-core gave no contribution-input of the portfolio, or one that is in quarantine.",
        "The position's returns; value and cost stand.",
        "A portfolio whose contribution-input broke its contract.",
    ),
}
"""By the text of the columns `status`, `own_status`, `cumulative_status` and `return_status`."""

REASONS: Mapping[str, StatusDefinition] = {
    Reason.PERIOD_SHORTER_THAN_ONE_YEAR: StatusDefinition(
        "Shorter than a year",
        "Returns of less than a year are not annualised.",
        RATE_A_YEAR,
        "YTD as of 31 March.",
    ),
    Reason.NO_RETURN: StatusDefinition(
        "No return", "There is no return to annualise; status says why.", RATE_A_YEAR, "CLOSED."
    ),
    Reason.STALE_VALUATIONS: StatusDefinition(
        "Last valuation too old",
        "The last valuation (stale_since) lies more than 7 days, and more than the longest gap of "
        "the year before it, before the period's end.",
        "The rate a year, but XIRR's.",
        "Valued every business day until 3 March, asked for as of 31 March.",
    ),
    Reason.NO_BUSINESS_DAYS: StatusDefinition(
        "No business day",
        "By BUS/252, which only the API is asked for, the period has no business day.",
        RATE_A_YEAR,
        "A calendar that is empty in the period.",
    ),
    Reason.OVERFLOW: StatusDefinition(
        "Past what a float holds",
        "The rate a year is larger than 1.8e308.",
        RATE_A_YEAR,
        "A return of 1e307 that is annualised with an exponent above 1.",
    ),
    Reason.TOTAL_LOSS: StatusDefinition(
        "Everything lost",
        "Money was paid in, nothing came out and nothing is left: the rate would be −1 or less.",
        NO_RATE,
        "1,000 at the beginning, 0 at the end, no flow.",
    ),
    Reason.DEGENERATE: StatusDefinition(
        "No money at all",
        "Neither end has a value, and there is no flow.",
        NO_RATE,
        "0 at the beginning, 0 at the end.",
    ),
    Reason.NO_SIGN_CHANGE: StatusDefinition(
        "All in one direction",
        "All flows of the investor point one way, the values at both ends among them.",
        NO_RATE,
        "1,000 at the beginning, −200 at the end.",
    ),
    Reason.NO_ROOT: StatusDefinition(
        "No rate solves it",
        "Flows point both ways, and the discounted sum is 0 at no rate.",
        NO_RATE,
        "1,000 in, 1,000 out after a year, 1,000 in after two: 1 − v + v² is never 0.",
    ),
    "LOTS_INCOMPLETE": StatusDefinition(
        "Lots are missing",
        "The open lots do not make up the quantity that is held.",
        "Cost and unrealised gain.",
        "60 shares are held, the open lots are 50.",
    ),
}
"""By the text of the columns `annualisation_reason`, `reason` and `cost_reason`."""
