"""The measures of returns: time-weighted, money-weighted, and day by day."""

from lotus_assets.analytics.measures.measure import Measure, MeasureFamily, MeasureUnit

WITHOUT_RETURN = "Where `status` is not OK: it says why, `status_date` on which day."
EXTERNAL_WINDOW = (
    "The period as mwr-input gives it: values after fees at both ends, external flows between them."
)
CASE = "1,000 at the beginning, 1,000 put in after 365 days, 2,310 at the end of 730 days"

TIME_WEIGHTED = (
    Measure(
        columns=("twr.period_return",),
        name="Time-weighted return",
        family=MeasureFamily.TIME_WEIGHTED,
        unit=MeasureUnit.RETURN,
        definition="Daily returns of the period, linked: ∏(1 + r) − 1, r = (end_mv − begin_mv − "
        "bod_cf − eod_cf + f) / (begin_mv + bod_cf), f = mgmt_fees for NET and 0 for GROSS.",
        over="Every day with a valuation from start_date to end_date (core_performance_input).",
        empty=WITHOUT_RETURN,
        example="100 become 110 on the first day (r = 0.1); 50 come in as the second begins, and "
        "160 become 152 (r = −0.05): 1.1 × 0.95 − 1 = 0.045.",
        source="GIPS standards 2020: portfolios are valued at external flows, and returns linked.",
    ),
    Measure(
        columns=("twr.annualised_return",),
        name="Annualised return",
        family=MeasureFamily.TIME_WEIGHTED,
        unit=MeasureUnit.ANNUAL_RATE,
        definition="(1 + period_return)^(1/years) − 1; years are n for nY where it is not clamped, "
        "else the days of the period, both ends included, ÷ 365.",
        over="The same days as the time-weighted return, where the period is a year or longer.",
        empty="annualisation_reason says why: a shorter period, stale valuations, no return, or a "
        "rate past what a float holds.",
        example="0.331 over a whole 3Y: 1.331^(1/3) − 1 = 0.1. 0.05 over the 400 days since the "
        "opening: 1.05^(365/400) − 1 = 0.0455.",
        source="GIPS standards 2020: returns of less than a year are not annualised.",
    ),
    Measure(
        columns=("twr.small_capital_days",),
        name="Days with small capital",
        family=MeasureFamily.TIME_WEIGHTED,
        unit=MeasureUnit.COUNT,
        definition="Days that began with under 1 % of the largest capital of the 365 days before: "
        "what they returned is large for what little was left.",
        over="Every day with a valuation from start_date to end_date.",
        empty="Never: none is 0.",
        example="The largest capital of the year before is 1,000,000; two days begin with 9,000: "
        "2.",
    ),
    Measure(
        columns=("twr_breakdown.bucket_return",),
        name="Return of a week, month, quarter or year",
        family=MeasureFamily.TIME_WEIGHTED,
        unit=MeasureUnit.RETURN,
        definition="Daily returns of the bucket, linked as those of the time-weighted return.",
        over="The days with a valuation in the bucket (ISO week, calendar month, quarter, year) "
        "and in the longest period that the inputs cover; a bucket without one has no row.",
        empty=WITHOUT_RETURN,
        example="The days of January link to 0.02: 0.02 in the bucket 2025-01.",
    ),
    Measure(
        columns=("twr_breakdown.cumulative_return",),
        name="Cumulative return",
        family=MeasureFamily.TIME_WEIGHTED,
        unit=MeasureUnit.RETURN,
        definition="Daily returns linked from the period's beginning to the bucket's end_date.",
        over="The days with a valuation from the period's first day to end_date.",
        empty="Where cumulative_status is not OK: a day up to the end of the bucket broke the "
        "chain, or its return is undefined.",
        example="0.02 in January, 0.03 in February: 1.02 × 1.03 − 1 = 0.0506 by February's end.",
    ),
)
MONEY_WEIGHTED = (
    Measure(
        columns=("mwr.annual_rate",),
        name="Money-weighted rate a year",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.ANNUAL_RATE,
        definition="XIRR: the rate i that solves Σ cf·(1 + i)^(−days/365) = 0 over the value at "
        "the beginning (paid in), the flows and the value at the end (paid out); of several the "
        "one nearest to Modified Dietz. MODIFIED_DIETZ: (1 + period_return)^(365/days) − 1, from "
        "365 days on.",
        over=EXTERNAL_WINDOW,
        empty="No rate solves it (NO_SOLUTION with its reason). Modified Dietz: also under 365 "
        "days, with no average capital, all lost, or stale valuations.",
        example=f"{CASE}: 1,000·1.1² + 1,000·1.1 = 2,310, so that XIRR is 0.1. Modified Dietz: "
        "1.2067^(365/730) − 1 = 0.0985.",
        source="GIPS standards 2020 (money-weighted returns); Dietz, “Pension Funds: Measuring "
        "Investment Performance” (1966).",
    ),
    Measure(
        columns=("mwr.period_return",),
        name="Money-weighted return of the period",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.RETURN,
        definition="XIRR: (1 + annual_rate)^(days/365) − 1. MODIFIED_DIETZ: (E − B − ΣF) / (B + "
        "ΣwF), w = (T − D)/T: the share of the T days for which a flow of day D was there.",
        over=EXTERNAL_WINDOW,
        empty="As the rate a year; and where it is past what a float holds (OVERFLOW). "
        "Modified Dietz has one for periods under 365 days.",
        example=f"{CASE}: XIRR 1.1² − 1 = 0.21. Modified Dietz: (2,310 − 1,000 − 1,000) / (1,000 "
        "+ 0.5 × 1,000) = 0.2067.",
        source="Dietz (1966), weighted by day as in the GIPS standards.",
    ),
    Measure(
        columns=("mwr.begin_mv", "mwr.end_mv"),
        name="Value at the beginning, at the end",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.PORTFOLIO_MONEY,
        definition="Market value after fees at the beginning of start_date, at the end of "
        "end_date.",
        over=EXTERNAL_WINDOW,
        empty="Never: a window without values is refused.",
        example=f"{CASE}: 1,000 and 2,310.",
    ),
    Measure(
        columns=("mwr.flow_count", "mwr.net_flow"),
        name="External flows: how many, and their sum",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.PORTFOLIO_MONEY,
        definition="flow_count is a count; net_flow their sum, into the portfolio positive. Flows "
        "of another kind (fees, trades) are none.",
        over=EXTERNAL_WINDOW,
        empty="Never: without flows both are 0.",
        example=f"{CASE}: 1 flow, 1,000.",
    ),
    Measure(
        columns=("mwr.average_capital",),
        name="Average capital",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.PORTFOLIO_MONEY,
        definition="The denominator of Modified Dietz: B + ΣwF.",
        over=EXTERNAL_WINDOW,
        empty="For XIRR, which has none.",
        example=f"{CASE}: 1,000 + 0.5 × 1,000 = 1,500.",
    ),
    Measure(
        columns=("mwr.roots",),
        name="All rates that solve the window",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.ANNUAL_RATE,
        definition="Every annual rate that solves XIRR, ascending, each verified to 1e-10 of "
        "Σ|cf|·(1 + i)^(−days/365).",
        over=EXTERNAL_WINDOW,
        empty="Never: an empty list where no rate solves it, and for Modified Dietz.",
        example="1,000 at the beginning, 2,300 taken out after 365 days, 1,320 put in after 730, "
        "nothing left: [0.1, 0.2].",
        source="Soper, “The Marginal Efficiency of Capital”, Economic Journal 69 (1959).",
    ),
    Measure(
        columns=("mwr.residual", "mwr.iterations"),
        name="How exact the rate is: what is left, and evaluations taken",
        family=MeasureFamily.MONEY_WEIGHTED,
        unit=MeasureUnit.NUMBER,
        definition="residual: |Σ cf·(1 + i)^(−days/365)| ÷ Σ |cf|·(1 + i)^(−days/365) at the rate; "
        "above 1e-10 there is no rate. iterations: how often Newton's method evaluated the sum.",
        over=EXTERNAL_WINDOW,
        empty="For Modified Dietz; residual also where no rate solves it.",
        example=f"{CASE} at 0.1: |−1,000 − 1,000/1.1 + 2,310/1.21| ÷ (1,000 + 1,000/1.1 + "
        "2,310/1.21) = 0, as near as a float comes.",
    ),
)
SERIES = (
    Measure(
        columns=("returns_series.portfolio_return",),
        name="Daily return of the portfolio",
        family=MeasureFamily.SERIES,
        unit=MeasureUnit.RETURN,
        definition="The daily return, net of fees, of the time-weighted return.",
        over="The day; returns of days off the calendar before it are linked into it.",
        empty="No valuation on the day, or a gain without capital. A gap is never carried forward.",
        example="100 become 101 on Monday: 0.01.",
    ),
    Measure(
        columns=("returns_series.benchmark_return",),
        name="Daily return of the benchmark",
        family=MeasureFamily.SERIES,
        unit=MeasureUnit.RETURN,
        definition="The return of the benchmark that is assigned on the as-of day, in the "
        "portfolio's currency.",
        over="The day, as above.",
        empty="The benchmark has no return of the day, or no benchmark is assigned.",
        example="The benchmark's series says 0.008 for Monday: 0.008.",
    ),
    Measure(
        columns=("returns_series.risk_free_return",),
        name="Risk-free return",
        family=MeasureFamily.SERIES,
        unit=MeasureUnit.RETURN,
        definition="A return as it is stored, or of a rate: rate·n/B (SIMPLE) or (1 + rate)^(n/B) "
        "− 1 (COMPOUNDED); n are calendar days and B is 360 or 365, or n business days and B 252. "
        "Returns are taken before rates where both are stored.",
        over="From the calendar's date before, or the rate before, to the day.",
        empty="There is neither return nor rate of the day in the portfolio's currency.",
        example="A simple rate of 0.036 on a Monday, three days after Friday, B = 360: 0.036 × 3 / "
        "360 = 0.0003.",
    ),
    Measure(
        columns=("returns_series.excess_return",),
        name="Daily return beyond the benchmark",
        family=MeasureFamily.SERIES,
        unit=MeasureUnit.RETURN,
        definition="portfolio_return − benchmark_return.",
        over="The day.",
        empty="Where one of the two is NULL.",
        example="0.01 and 0.008: 0.002.",
    ),
    Measure(
        columns=("returns_series.off_calendar_returns",),
        name="Returns linked into the day",
        family=MeasureFamily.SERIES,
        unit=MeasureUnit.COUNT,
        definition="Returns dated on days off the calendar, over all series, that are linked into "
        "the next day of it on which their series has a return.",
        over="The days between the calendar's day before and this one.",
        empty="Never: none is 0.",
        example="The portfolio has a return of Saturday: Monday has 1.",
    ),
)
MEASURES = (*TIME_WEIGHTED, *MONEY_WEIGHTED, *SERIES)
