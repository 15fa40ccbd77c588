"""The measures of risk: over one example, three months beside a benchmark."""

from lotus_assets.analytics.measures.measure import Measure, MeasureFamily, MeasureUnit

TABLE = "risk_statistics"
EXAMPLE = (
    "Portfolio 0.02, −0.01, 0.03 in three months; benchmark 0.01, −0.02, 0.04; risk-free 0.001 a "
    "month"
)
OWN = "The portfolio's single returns (days, weeks or months; `observations`) of the period."
OVER_RISK_FREE = (
    "Single returns on dates that the risk-free series has too (`excess_observations`); without a "
    "risk-free series 0 stands for it."
)
RELATIVE = "Single returns on dates that every series has (`relative_observations`)."
WITHOUT_FIGURE = "Where `status` is not OK: fewer than three observations, or a period without one."
STALE = " Also where valuations are stale (`stale_since`)."
ALONE = " Also without a benchmark (`has_benchmark`)."
BACON = (
    "Bacon, “Practical Portfolio Performance Measurement and Attribution” (2nd edition), chapters "
    "4 and 5."
)


def _measure(
    column: str,
    name: str,
    unit: MeasureUnit,
    definition: str,
    example: str,
    over: str = OWN,
    empty: str = WITHOUT_FIGURE,
    source: str = BACON,
) -> Measure:
    columns = (f"{TABLE}.{column}",)
    example = f"{EXAMPLE}: {example}"
    return Measure(
        columns, name, MeasureFamily.RISK, unit, definition, over, empty, example, source
    )


OF_PORTFOLIO = (
    _measure(
        "linked_return",
        "Return of the observations",
        MeasureUnit.RETURN,
        "∏(1 + r) − 1 of the single returns, net of fees.",
        "1.02 × 0.99 × 1.03 − 1 = 0.0401.",
    ),
    _measure(
        "annualised_return",
        "Return a year",
        MeasureUnit.ANNUAL_RATE,
        "(1 + linked_return)^(q/n) − 1 of n single returns; q is 252 days, 52 weeks or 12 months a "
        "year. Under twelve months `is_short_period` marks it, as all figures a year.",
        "1.0401^(12/3) − 1 = 0.1703.",
        empty=WITHOUT_FIGURE + STALE,
    ),
    _measure(
        "volatility",
        "Volatility",
        MeasureUnit.ANNUAL_RATE,
        "s·√q: the standard deviation of the single returns, with n − 1, a year.",
        "s = 0.0208; 0.0208 × √12 = 0.0721.",
        empty=WITHOUT_FIGURE + STALE,
    ),
    _measure(
        "downside_deviation",
        "Downside deviation",
        MeasureUnit.ANNUAL_RATE,
        "√(Σ min(r − MAR, 0)² / n)·√q: how far returns fall below the least that is accepted (MAR; "
        "0 in the table).",
        "√(0.01² / 3) × √12 = 0.02.",
        empty=WITHOUT_FIGURE + STALE,
        source="Sortino and van der Meer, “Downside Risk”, Journal of Portfolio Management 17 "
        "(1991).",
    ),
    _measure(
        "sharpe_ratio",
        "Sharpe ratio",
        MeasureUnit.NUMBER,
        "mean(x)·q ÷ (s(x)·√q), x = return less risk-free return.",
        "0.01233 × 12 ÷ 0.0721 = 2.0524.",
        over=OVER_RISK_FREE,
        empty=WITHOUT_FIGURE + STALE + " And where all excess returns are equal.",
        source="Sharpe, “The Sharpe Ratio”, Journal of Portfolio Management 21 (1994).",
    ),
    _measure(
        "sortino_ratio",
        "Sortino ratio",
        MeasureUnit.NUMBER,
        "(mean(r) − MAR)·q ÷ downside deviation.",
        "0.01333 × 12 ÷ 0.02 = 8.",
        empty=WITHOUT_FIGURE + STALE + " And where no return is below the least accepted.",
        source="Sortino and van der Meer (1991).",
    ),
    _measure(
        "maximum_drawdown",
        "Maximum drawdown",
        MeasureUnit.RETURN,
        "The deepest fall of the linked returns below their highest value before, which the "
        "starting value is too; 0 or less.",
        "after the first month 0.99 − 1 = −0.01.",
    ),
    _measure(
        "drawdown_peak_date",
        "Peak before the maximum drawdown",
        MeasureUnit.DAY,
        "The day of the highest value before the deepest fall.",
        "the last day of the first month.",
        empty=WITHOUT_FIGURE + " And where the starting value is the peak, or nothing ever fell.",
    ),
    _measure(
        "drawdown_trough_date",
        "Trough of the maximum drawdown",
        MeasureUnit.DAY,
        "The day of the lowest value after the peak.",
        "the last day of the second month.",
        empty=WITHOUT_FIGURE + " And where nothing ever fell.",
    ),
)
BESIDE_BENCHMARK = (
    _measure(
        "tracking_error",
        "Tracking error",
        MeasureUnit.ANNUAL_RATE,
        "s(p − b)·√q of the differences of single returns.",
        "0.01, 0.01 and −0.01: 0.01155 × √12 = 0.04.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + STALE,
    ),
    _measure(
        "information_ratio",
        "Information ratio",
        MeasureUnit.NUMBER,
        "(annualised portfolio − annualised benchmark) ÷ tracking error.",
        "(0.1703 − 0.1229) ÷ 0.04 = 1.1857.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + STALE + " And where the tracking error is 0.",
    ),
    _measure(
        "beta",
        "Beta",
        MeasureUnit.NUMBER,
        "cov(p − f, b − f) ÷ var(b − f), f the risk-free return.",
        "0.0006 ÷ 0.0009 = 0.6667.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + " And where the benchmark never varies.",
    ),
    _measure(
        "correlation",
        "Correlation",
        MeasureUnit.NUMBER,
        "cov(p − f, b − f) ÷ (s(p − f)·s(b − f)), from −1 to 1.",
        "0.0006 ÷ (0.02082 × 0.03) = 0.9608.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + " And where one of them never varies.",
    ),
    _measure(
        "r_squared",
        "R²",
        MeasureUnit.NUMBER,
        "The square of the correlation: the share of the variance that the benchmark explains.",
        "0.9608² = 0.9231.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + " And where one of them never varies.",
    ),
    _measure(
        "alpha",
        "Jensen's alpha, a year",
        MeasureUnit.ANNUAL_RATE,
        "A_p − A_f − beta·(A_b − A_f) of annualised returns.",
        "0.1703 − 0.0121 − 0.6667 × (0.1229 − 0.0121) = 0.0844.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + STALE + " And where there is no beta.",
    ),
    _measure(
        "alpha_per_period",
        "Jensen's alpha, a single period",
        MeasureUnit.RETURN,
        "mean(p − f) − beta·mean(b − f).",
        "0.01233 − 0.6667 × 0.009 = 0.0063 a month.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + " And where there is no beta.",
    ),
    _measure(
        "up_capture",
        "Up capture",
        MeasureUnit.NUMBER,
        "Linked portfolio ÷ linked benchmark over the single periods in which the benchmark "
        "gained.",
        "(1.02 × 1.03 − 1) ÷ (1.01 × 1.04 − 1) = 1.004.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + " And where the benchmark never gained.",
    ),
    _measure(
        "down_capture",
        "Down capture",
        MeasureUnit.NUMBER,
        "The same over the single periods in which the benchmark did not gain.",
        "−0.01 ÷ −0.02 = 0.5.",
        over=RELATIVE,
        empty=WITHOUT_FIGURE + ALONE + " And where it lost nothing in them.",
    ),
)
COUNTS = (
    _measure(
        "observations",
        "Observations",
        MeasureUnit.COUNT,
        "Single returns of the portfolio: what its own figures are of.",
        "3.",
        empty="Never: none is 0.",
    ),
    _measure(
        "excess_observations",
        "Observations beside the risk-free series",
        MeasureUnit.COUNT,
        "Single returns on dates that the risk-free series has too: what the Sharpe ratio is of.",
        "3.",
        over=OVER_RISK_FREE,
        empty="Never: none is 0.",
    ),
    _measure(
        "relative_observations",
        "Observations beside the benchmark",
        MeasureUnit.COUNT,
        "Single returns on dates that every series has: what figures beside it are of.",
        "3.",
        over=RELATIVE,
        empty="Without a benchmark.",
    ),
    _measure(
        "missing_dates",
        "Dates with a gap",
        MeasureUnit.COUNT,
        "Business days of the period on which the portfolio, its benchmark or the risk-free series "
        "has no return.",
        "0, if every business day of the three months has a return of all three.",
        over="The business days of the portfolio's calendar in the period.",
        empty="Never: none is 0.",
    ),
)
MEASURES = (*OF_PORTFOLIO, *BESIDE_BENCHMARK, *COUNTS)
