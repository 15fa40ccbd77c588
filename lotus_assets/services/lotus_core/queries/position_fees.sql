-- Fees that left these positions, beside those in the positions' own rows.
SELECT position_id, fee_date, fee_currency AS currency, amount
FROM (
    SELECT DISTINCT ON (fee_id) position_id, fee_date, fee_currency, amount
    FROM lotus_core.fees
    WHERE portfolio_id = %(portfolio_id)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY fee_id, recorded_at DESC
) AS latest
WHERE position_id = ANY(%(positions)s) AND fee_date <= %(end_date)s
ORDER BY position_id, fee_date, currency, amount
