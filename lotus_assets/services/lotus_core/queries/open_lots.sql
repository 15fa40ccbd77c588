SELECT position_id, trade_date, quantity, cost
FROM (
    SELECT DISTINCT ON (position_id, lot_id) position_id, lot_id, trade_date, quantity, cost
    FROM lotus_core.lots
    WHERE portfolio_id = %(portfolio_id)s
        AND position_id = ANY(%(positions)s)
        AND effective_date <= %(end_date)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY position_id, lot_id, effective_date DESC, recorded_at DESC
) AS latest
WHERE quantity <> 0 OR cost <> 0
ORDER BY position_id, trade_date
