-- From the last row before the window on: it gives the first row its beginning value.
SELECT
    valuation_date,
    currency,
    sum(market_value),
    sum(mgmt_fees),
    sum(begin_mv),
    sum(begin_mv_count)::bigint
FROM lotus_core.portfolio_sums
WHERE portfolio_id = %(portfolio_id)s
    AND valuation_date >= coalesce(
        (
            SELECT max(valuation_date)
            FROM lotus_core.portfolio_sums
            WHERE portfolio_id = %(portfolio_id)s AND valuation_date < %(start_date)s
                AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
        ),
        %(start_date)s
    )
    AND valuation_date <= %(end_date)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
GROUP BY valuation_date, currency
ORDER BY valuation_date, currency
