"""The measures of attribution: which groups made the active return, and by which effect."""

from lotus_assets.analytics.measures.measure import Measure, MeasureFamily, MeasureUnit

DAYS = (
    "The portfolio's days with a valuation in the period, net of fees; the benchmark's days "
    "(core_attribution_input), those without a valuation linked into the next with one."
)
TOTAL_SAYS = "Where `attribution_total.status` is not OK, which says why."
STATUS_SAYS = "Where status is not OK."
CASE = (
    "One day, equity: 0.6 of the portfolio returned 0.04, 0.5 of the benchmark 0.02; bonds: 0.4 "
    "and 0.5 returned 0.01 each, so that R_P = 0.028 and R_B = 0.015"
)
IN_CURRENCY = (
    f"{CASE}. Of equity's returns 0.035 and 0.015 are local, 0.005 and 0.005 the currency's; bonds "
    "are in the base currency, but for 0.001 of the benchmark's (L_B = 0.012, X_B = 0.003)"
)
BRINSON = (
    "Brinson and Fachler, “Measuring Non-US Equity Portfolio Performance” (1985); Brinson, Hood "
    "and Beebower, “Determinants of Portfolio Performance” (1986)."
)
LINKED = (
    " Days are linked by CARINO, MENCHERO or FRONGELLO: what the effects of all groups sum to is "
    "the active return."
)


def _tables(*columns: str, tables: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{table}.{column}" for table in tables for column in columns)


def _measure(
    columns: tuple[str, ...],
    name: str,
    definition: str,
    example: str,
    unit: MeasureUnit = MeasureUnit.RETURN,
    over: str = DAYS,
    empty: str = TOTAL_SAYS,
    source: str = "",
) -> Measure:
    return Measure(
        columns, name, MeasureFamily.ATTRIBUTION, unit, definition, over, empty, example, source
    )


BY_GROUP = ("attribution", "attribution_level")
EFFECTS = (
    _measure(
        ("attribution.portfolio_weight", "attribution.benchmark_weight"),
        "Mean weights",
        "Mean over the days of w_P and w_B: the group's share of its side's capital, which sum to "
        "1.",
        "0.6 on one day, 0.5 on the next: 0.55.",
        unit=MeasureUnit.WEIGHT,
        empty="Never: a side without the group has 0.",
    ),
    _measure(
        _tables("allocation", tables=BY_GROUP),
        "Allocation",
        "The effect of holding more or less of the group: (w_P − w_B)(r_B − R_B) of a day by BF, "
        "(w_P − w_B)·r_B by BHB. A node's is the sum of its groups'." + LINKED,
        f"{CASE}. Equity: BF 0.1 × 0.005 = 0.0005, BHB 0.1 × 0.02 = 0.002. Bonds: BF −0.1 × −0.005 "
        "= 0.0005.",
        source=BRINSON,
    ),
    _measure(
        _tables("selection", tables=BY_GROUP),
        "Selection",
        "The effect of the group's return being other than the benchmark's: w_B(r_P − r_B) of a "
        "day. A node's is the sum of its groups'." + LINKED,
        f"{CASE}. Equity: 0.5 × 0.02 = 0.01. Bonds: 0.",
        source=BRINSON,
    ),
    _measure(
        _tables("interaction", tables=BY_GROUP),
        "Interaction",
        "The effect of both together: (w_P − w_B)(r_P − r_B) of a day; asked for with two effects "
        "it is in selection. A node's is the sum of its groups'." + LINKED,
        f"{CASE}. Equity: 0.1 × 0.02 = 0.002. Bonds: 0.",
        source=BRINSON,
    ),
    _measure(
        _tables("total", tables=BY_GROUP),
        "Total effect",
        "Allocation + selection + interaction; over all groups, or the nodes of one level, the "
        "active return.",
        f"{CASE}. BF: equity 0.0125 and bonds 0.0005 are 0.013 = 0.028 − 0.015.",
        source=BRINSON,
    ),
    _measure(
        ("attribution_level.between", "attribution_level.within"),
        "Allocation between and within nodes",
        "between: allocation by the node's own weight and return, of holding more or less of the "
        "whole node, linked alike. within: the rest, tilts between its groups.",
        "Equity is tech and oil: 0.4 and 0.2 of the portfolio, 0.2 and 0.3 of the benchmark, which "
        "returned 0.03 and 0.01 in them and 0.014 in all. Allocation 0.2 × 0.016 − 0.1 × −0.004 = "
        "0.0036; between 0.1 × (0.018 − 0.014) = 0.0004; within 0.0032.",
    ),
)
RECONCILIATION = (
    _measure(
        ("attribution_total.portfolio_return", "attribution_total.benchmark_return"),
        "Returns of the two sides",
        "R = Σ w·r over the side's groups, day by day, linked: ∏(1 + R) − 1.",
        f"{CASE}: 0.028 and 0.015.",
        empty=STATUS_SAYS,
    ),
    _measure(
        ("attribution_total.active_return",),
        "Active return",
        "portfolio_return − benchmark_return: what the effects sum to.",
        f"{CASE}: 0.013.",
        empty=STATUS_SAYS,
    ),
    _measure(
        ("attribution_total.own_return",),
        "The portfolio's own return",
        "Its time-weighted return, that of `twr`, which is portfolio_return + fees + difference.",
        "0.028 of the groups and −0.001 of fees: 0.027.",
        over="The portfolio's days with a valuation in the period, net of fees.",
        empty="Where own_status is not OK.",
    ),
    _measure(
        ("attribution_total.fees", "attribution_total.difference"),
        "What separates the groups' return from the portfolio's",
        "fees: what management fees on no instrument take. difference: what is left, gains "
        "without capital and valuations that do not add up; never spread over groups.",
        "own_return 0.027, portfolio_return 0.028, fees −0.001: difference 0.",
        empty="Where status or own_status is not OK.",
    ),
    _measure(
        (
            "attribution_total.benchmark_days_linked",
            "attribution_total.benchmark_days_filled",
            "attribution_total.no_net_capital_days",
        ),
        "Days that only one side has, or a group without net capital",
        "benchmark_days_linked: benchmark days without a valuation, linked into the next with one. "
        "benchmark_days_filled: valued days without a benchmark day, on which it returned 0. "
        "no_net_capital_days: days on which a group gained without net capital, whose weight is 0 "
        "and whose gain is in selection.",
        "The benchmark has a day that is a holiday of the portfolio: 1 linked.",
        unit=MeasureUnit.COUNT,
        empty="Never: none is 0.",
    ),
)
LOCAL = ("local_allocation", "local_selection", "local_interaction", "local_total")
CURRENCY = ("currency_allocation", "currency_selection", "currency_interaction", "currency_total")
BY_CURRENCY = (
    _measure(
        _tables(*LOCAL, tables=("attribution_currency",)),
        "Effects of local returns",
        "Allocation, selection and interaction with local returns l in place of r, and their sum. "
        "A day whose currency return is unknown counts as local (is_local_known).",
        f"{IN_CURRENCY}. Equity, BF: allocation 0.1 × 0.003 = 0.0003, selection 0.5 × 0.02 = 0.01, "
        "interaction 0.002.",
    ),
    _measure(
        _tables(*CURRENCY, tables=("attribution_currency",)),
        "Effects of currencies",
        "The same with x = r − l, what the currency added, in place of r. The six effects sum to "
        "the group's total.",
        f"{IN_CURRENCY}. Equity, BF: allocation 0.1 × 0.002 = 0.0002, selection and interaction 0.",
    ),
)
MEASURES = (*EFFECTS, *RECONCILIATION, *BY_CURRENCY)
