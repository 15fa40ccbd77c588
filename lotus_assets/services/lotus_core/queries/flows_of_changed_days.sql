-- Of every day whose flows the load may have changed: what flowed into positions and across the
-- portfolio's border, by currency, as it is known last. A flow belongs to the first day with a
-- valuation on or after its own.
WITH flows AS (
    SELECT latest.portfolio_id, due.day, latest.flow_currency AS currency, latest.amount
    FROM (
        SELECT DISTINCT ON (portfolio_id, flow_id) portfolio_id, flow_date, flow_currency, amount
        FROM lotus_core.external_flows
        WHERE portfolio_id IN (
            SELECT portfolio_id FROM staged_external_flows
            UNION ALL
            SELECT portfolio_id FROM staged_position_valuations
        )
        ORDER BY portfolio_id, flow_id, recorded_at DESC
    ) AS latest
    CROSS JOIN LATERAL (
        SELECT min(valuation_date) AS day
        FROM lotus_core.portfolio_sums
        WHERE portfolio_id = latest.portfolio_id AND valuation_date >= latest.flow_date
    ) AS due
    WHERE due.day IS NOT NULL
),
changed AS MATERIALIZED (
    SELECT portfolio_id, valuation_date AS day
    FROM staged_position_valuations
    WHERE bod_cf <> 0 OR eod_cf <> 0
    UNION
    SELECT staged.portfolio_id, staged.valuation_date
    FROM staged_position_valuations AS staged
    JOIN lotus_core.position_valuations AS earlier
        USING (portfolio_id, position_id, valuation_date)
    WHERE earlier.load_id < %(load_id)s AND (earlier.bod_cf <> 0 OR earlier.eod_cf <> 0)
    UNION
    SELECT flows.portfolio_id, flows.day
    FROM flows
    WHERE (flows.portfolio_id, flows.day) IN (
        SELECT portfolio_id, valuation_date FROM staged_position_valuations
    )
    UNION
    SELECT known.portfolio_id, due.day
    FROM staged_external_flows AS staged
    JOIN lotus_core.external_flows AS known USING (portfolio_id, flow_id)
    CROSS JOIN LATERAL (
        SELECT min(valuation_date) AS day
        FROM lotus_core.portfolio_sums
        WHERE portfolio_id = known.portfolio_id AND valuation_date >= known.flow_date
    ) AS due
),
moved AS (
    SELECT
        valued.portfolio_id,
        valued.valuation_date AS day,
        valued.bod_cf + valued.eod_cf AS amount,
        held.currency
    FROM lotus_core.position_valuations AS valued
    JOIN changed
        ON changed.portfolio_id = valued.portfolio_id AND changed.day = valued.valuation_date
    JOIN (
        SELECT DISTINCT
            positions.portfolio_id,
            positions.position_id,
            instruments.instrument_currency AS currency
        FROM lotus_core.positions
        JOIN lotus_core.instruments USING (instrument_id)
    ) AS held
        ON held.portfolio_id = valued.portfolio_id AND held.position_id = valued.position_id
    WHERE (valued.bod_cf <> 0 OR valued.eod_cf <> 0)
        AND NOT EXISTS (
            SELECT
            FROM lotus_core.position_valuations AS later
            WHERE later.portfolio_id = valued.portfolio_id
                AND later.position_id = valued.position_id
                AND later.valuation_date = valued.valuation_date
                AND later.recorded_at > valued.recorded_at
        )
)
SELECT
    by_side.portfolio_id,
    known.portfolio_currency,
    by_side.day,
    by_side.currency,
    sum(by_side.into_positions) AS into_positions,
    sum(by_side.external) AS external
FROM (
    SELECT portfolio_id, day, currency, amount AS into_positions, 0 AS external FROM moved
    UNION ALL
    SELECT flows.portfolio_id, flows.day, flows.currency, 0, flows.amount
    FROM flows
    JOIN changed USING (portfolio_id, day)
) AS by_side
JOIN (
    SELECT DISTINCT ON (portfolio_id) portfolio_id, portfolio_currency
    FROM lotus_core.portfolios
    ORDER BY portfolio_id, recorded_at DESC
) AS known USING (portfolio_id)
GROUP BY by_side.portfolio_id, known.portfolio_currency, by_side.day, by_side.currency
ORDER BY by_side.portfolio_id, by_side.day, by_side.currency
