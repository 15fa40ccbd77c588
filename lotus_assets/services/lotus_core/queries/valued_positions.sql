-- Positions that are open at the close of the portfolio's last day with a valuation. What was
-- described only later is seen as it was described first.
SELECT
    valued.position_id,
    held.instrument_id,
    instrument.instrument_name,
    instrument.instrument_type,
    instrument.instrument_currency AS currency,
    valued.valuation_date,
    valued.quantity,
    valued.price,
    valued.market_value,
    valued.accrued_income,
    coalesce(valued.accrual_date, valued.valuation_date) AS accrual_date
FROM (
    SELECT DISTINCT position_id, instrument_id
    FROM lotus_core.positions
    WHERE portfolio_id = %(portfolio_id)s AND load_id <= %(version)s
) AS held
CROSS JOIN LATERAL (
    SELECT *
    FROM lotus_core.position_valuations AS latest
    WHERE latest.portfolio_id = %(portfolio_id)s
        AND latest.position_id = held.position_id
        AND latest.valuation_date = %(valuation_date)s
        AND latest.recorded_at <= %(recorded_until)s AND latest.load_id <= %(version)s
    ORDER BY latest.recorded_at DESC
    LIMIT 1
) AS valued
CROSS JOIN LATERAL (
    SELECT instrument_name, instrument_type, instrument_currency
    FROM lotus_core.instruments
    WHERE instruments.instrument_id = held.instrument_id
        AND load_id <= %(version)s
    ORDER BY
        recorded_at <= %(recorded_until)s DESC,
        CASE WHEN recorded_at <= %(recorded_until)s THEN recorded_at END DESC,
        recorded_at
    LIMIT 1
) AS instrument
WHERE valued.quantity <> 0 OR valued.market_value <> 0
ORDER BY valued.position_id
