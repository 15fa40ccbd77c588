-- The last row of each position before the window: what it left is the first row's beginning.
SELECT position_id, before.valuation_date, before.market_value
FROM unnest(%(positions)s::text[]) AS held (position_id)
CROSS JOIN LATERAL (
    SELECT valuation_date, market_value
    FROM lotus_core.position_valuations AS valued
    WHERE valued.portfolio_id = %(portfolio_id)s
        AND valued.position_id = held.position_id
        AND valued.valuation_date < %(start_date)s
        AND valued.recorded_at <= %(recorded_until)s AND valued.load_id <= %(version)s
    ORDER BY valuation_date DESC, recorded_at DESC
    LIMIT 1
) AS before
ORDER BY position_id
