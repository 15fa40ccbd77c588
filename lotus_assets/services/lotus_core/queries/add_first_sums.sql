INSERT INTO lotus_core.portfolio_sums
SELECT
    staged.portfolio_id,
    staged.valuation_date,
    held.currency,
    sum(staged.market_value),
    sum(staged.mgmt_fees),
    sum(coalesce(staged.begin_mv, 0)),
    count(staged.begin_mv),
    staged.recorded_at,
    %(load_id)s
FROM staged_position_valuations AS staged
JOIN (
    SELECT DISTINCT
        positions.portfolio_id, positions.position_id, instruments.instrument_currency AS currency
    FROM lotus_core.positions
    JOIN lotus_core.instruments USING (instrument_id)
) AS held USING (portfolio_id, position_id)
WHERE staged.portfolio_id IN (SELECT portfolio_id FROM first_valued)
GROUP BY staged.portfolio_id, staged.valuation_date, held.currency, staged.recorded_at
