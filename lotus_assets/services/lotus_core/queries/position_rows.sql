-- All versions, oldest first: the reader keeps the last of each day. Sorting is the index's.
-- Packed into one text: a row at a time costs the reader more than the rows themselves.
SELECT convert_to(string_agg(line, E'\n'), 'UTF8')
FROM (
    SELECT
        concat(
            position_id, ',', valuation_date, ',', market_value, ',', begin_mv, ',',
            bod_cf, ',', eod_cf, ',', mgmt_fees
        ) AS line
    FROM lotus_core.position_valuations
    WHERE portfolio_id = %(portfolio_id)s
        AND position_id = ANY(%(positions)s)
        AND valuation_date BETWEEN %(start_date)s AND %(end_date)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY position_id, valuation_date, recorded_at
) AS lines
