"""The measures of contribution: what positions, nodes and fees added to a portfolio's return."""

from lotus_assets.analytics.measures.measure import Measure, MeasureFamily, MeasureUnit

DAYS = (
    "The portfolio's days with a valuation in the period, and the position's on them "
    "(core_contribution_input)."
)
TOTAL_SAYS = "Where `contribution_total.status` is not OK, which says why."
CASE = (
    "Two days: the portfolio returns 0.1 and −0.05 (together 0.045), the position gains 0.06 and "
    "−0.02 of its capital"
)
CARINO = "Cariño, “Combining Attribution Effects Over Time”, Journal of Performance Measurement 3 "
FRONGELLO = "Frongello, “Linking Single Period Attribution Results”, ibid. 6 (2002)."
SOURCE = f"{CARINO}(1999); {FRONGELLO}"

MEASURES = (
    Measure(
        columns=("contribution.contribution", "contribution_level.contribution"),
        name="Contribution",
        family=MeasureFamily.CONTRIBUTION,
        unit=MeasureUnit.RETURN,
        definition="A day's c is the position's gain before fees ÷ the portfolio's capital. Linked "
        "over days by CARINO, Σ c·k_t/K with k = ln(1 + r)/r of the day and K of the period, or "
        "FRONGELLO, Σ c·∏_{s<t}(1 + r_s). A node of the hierarchy is the sum of its children; "
        "positions (or the nodes of a level), fees and unexplained sum to portfolio_return.",
        over=DAYS,
        empty=TOTAL_SAYS,
        example=f"{CASE}: CARINO 0.06 × 0.9531/0.9782 − 0.02 × 1.0259/0.9782 = 0.0375; FRONGELLO "
        "0.06 − 0.02 × 1.1 = 0.038.",
        source=SOURCE,
    ),
    Measure(
        columns=("contribution.average_weight", "contribution_level.average_weight"),
        name="Average weight",
        family=MeasureFamily.CONTRIBUTION,
        unit=MeasureUnit.WEIGHT,
        definition="Mean over the portfolio's days of the position's capital ÷ the portfolio's; 0 "
        "on days without it. A node's is the sum of its children's.",
        over=DAYS,
        empty=TOTAL_SAYS,
        example="60 of 100 on the first day, bought out on the second: (0.6 + 0) / 2 = 0.3.",
    ),
    Measure(
        columns=("contribution.position_return",),
        name="Return of the position",
        family=MeasureFamily.CONTRIBUTION,
        unit=MeasureUnit.RETURN,
        definition="The position's own daily returns, linked as a time-weighted return; NET is "
        "after the fees that it paid itself.",
        over="The position's days in the period.",
        empty="Where return_status is not OK.",
        example="60 become 66, and 66 become 64.68: 1.1 × 0.98 − 1 = 0.078.",
    ),
    Measure(
        columns=("contribution_total.portfolio_return",),
        name="Return that contributions sum to",
        family=MeasureFamily.CONTRIBUTION,
        unit=MeasureUnit.RETURN,
        definition="Daily returns on signed capital, linked. Where capital was never short it is "
        "that of `twr`.",
        over="The portfolio's days with a valuation in the period.",
        empty="Where status is not OK.",
        example=f"{CASE}: 1.1 × 0.95 − 1 = 0.045.",
    ),
    Measure(
        columns=("contribution_total.fees",),
        name="Contribution of fees",
        family=MeasureFamily.CONTRIBUTION,
        unit=MeasureUnit.RETURN,
        definition="mgmt_fees of the portfolio ÷ its capital, day by day, linked alike; fees that "
        "positions paid are among them.",
        over="The portfolio's days with a valuation in the period.",
        empty="Where status is not OK. GROSS: 0.",
        example="A fee of 0.1 on capital of 100 on the first of two days, FRONGELLO: −0.001.",
    ),
    Measure(
        columns=("contribution_total.unexplained",),
        name="Unexplained",
        family=MeasureFamily.CONTRIBUTION,
        unit=MeasureUnit.RETURN,
        definition="What neither positions nor fees explain of the portfolio's days (a valuation "
        "that does not add up), linked alike; never spread over positions.",
        over=DAYS,
        empty="Where status is not OK.",
        example="On one day of capital 100 the portfolio gains 10, its positions 9.5: 0.005.",
    ),
)
