-- First day after the last one on which the position was empty.
SELECT named.position_id, min(days.valuation_date) AS held_since
FROM unnest(%(positions)s::text[]) AS named (position_id)
CROSS JOIN LATERAL (
    SELECT
        valuation_date,
        max(valuation_date) FILTER (WHERE quantity = 0 AND market_value = 0) OVER () AS emptied
    FROM (
        SELECT DISTINCT ON (valuation_date) valuation_date, quantity, market_value
        FROM lotus_core.position_valuations AS valued
        WHERE valued.portfolio_id = %(portfolio_id)s
            AND valued.position_id = named.position_id
            AND valued.valuation_date <= %(valuation_date)s
            AND valued.recorded_at <= %(recorded_until)s AND valued.load_id <= %(version)s
        ORDER BY valuation_date, recorded_at DESC
    ) AS latest
) AS days
WHERE days.emptied IS NULL OR days.valuation_date > days.emptied
GROUP BY named.position_id
