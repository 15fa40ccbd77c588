-- A first version adds its values, a correction what it changed of the version before it.
WITH versions AS (
    SELECT
        stored.*,
        lag(stored.market_value) OVER version AS market_value_before,
        lag(stored.mgmt_fees) OVER version AS mgmt_fees_before,
        lag(stored.begin_mv) OVER version AS begin_mv_before
    FROM lotus_core.position_valuations AS stored
    WHERE (stored.portfolio_id, stored.position_id, stored.valuation_date) IN (
        SELECT portfolio_id, position_id, valuation_date
        FROM staged_position_valuations
        WHERE portfolio_id NOT IN (SELECT portfolio_id FROM first_valued)
    )
    WINDOW version AS (
        PARTITION BY stored.portfolio_id, stored.position_id, stored.valuation_date
        ORDER BY stored.recorded_at
    )
)
INSERT INTO lotus_core.portfolio_sums
SELECT
    versions.portfolio_id,
    versions.valuation_date,
    held.currency,
    sum(versions.market_value - coalesce(versions.market_value_before, 0)),
    sum(versions.mgmt_fees - coalesce(versions.mgmt_fees_before, 0)),
    sum(coalesce(versions.begin_mv, 0) - coalesce(versions.begin_mv_before, 0)),
    sum((versions.begin_mv IS NOT NULL)::int - (versions.begin_mv_before IS NOT NULL)::int),
    versions.recorded_at,
    versions.load_id
FROM versions
JOIN (
    SELECT DISTINCT
        positions.portfolio_id, positions.position_id, instruments.instrument_currency AS currency
    FROM lotus_core.positions
    JOIN lotus_core.instruments USING (instrument_id)
) AS held USING (portfolio_id, position_id)
WHERE versions.load_id = %(load_id)s
GROUP BY
    versions.portfolio_id,
    versions.valuation_date,
    held.currency,
    versions.recorded_at,
    versions.load_id
