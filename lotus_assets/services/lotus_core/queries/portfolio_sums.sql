-- From the last row before the window on: it gives the first row its beginning value.
-- Packed into one text: a row at a time costs the reader more than the rows themselves.
SELECT convert_to(string_agg(line, E'\n'), 'UTF8')
FROM (
    SELECT
        concat(
            valuation_date, ',', currency, ',', sum(market_value), ',', sum(mgmt_fees), ',',
            sum(begin_mv), ',', sum(begin_mv_count)
        ) AS line
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
) AS lines
