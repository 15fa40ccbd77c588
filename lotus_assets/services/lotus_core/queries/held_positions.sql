-- Positions with a row in the window, with what they hold: as it was known, and where it was
-- described only later, as it was described first. What has a value must not be lost.
SELECT
    held.position_id,
    held.instrument_id,
    instrument.instrument_name,
    instrument.instrument_type,
    instrument.instrument_currency AS currency
FROM (
    SELECT DISTINCT position_id, instrument_id
    FROM lotus_core.positions
    WHERE portfolio_id = %(portfolio_id)s AND load_id <= %(version)s
) AS held
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
WHERE EXISTS (
    SELECT
    FROM lotus_core.position_valuations AS valued
    WHERE valued.portfolio_id = %(portfolio_id)s
        AND valued.position_id = held.position_id
        AND valued.valuation_date BETWEEN %(start_date)s AND %(end_date)s
        AND valued.recorded_at <= %(recorded_until)s AND valued.load_id <= %(version)s
)
ORDER BY held.position_id
