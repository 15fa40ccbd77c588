-- All versions, oldest first: the reader keeps the last of each day. Sorting is the index's.
SELECT
    position_id, valuation_date, market_value, begin_mv, bod_cf, eod_cf, mgmt_fees
FROM lotus_core.position_valuations
WHERE portfolio_id = %(portfolio_id)s
    AND position_id = ANY(%(positions)s)
    AND valuation_date BETWEEN %(start_date)s AND %(end_date)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY position_id, valuation_date, recorded_at
