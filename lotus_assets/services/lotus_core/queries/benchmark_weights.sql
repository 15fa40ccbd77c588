-- From the rebalance in effect at the window's start on: weights drift from there. A constituent
-- that was described only later is seen as it was described first.
WITH latest AS (
    SELECT DISTINCT ON (effective_date, constituent_id) effective_date, constituent_id, weight
    FROM lotus_core.benchmark_constituents
    WHERE benchmark_id = %(benchmark_id)s AND effective_date <= %(end_date)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY effective_date, constituent_id, recorded_at DESC
)
SELECT
    latest.effective_date,
    latest.constituent_id,
    latest.weight,
    instrument.instrument_type,
    instrument.instrument_currency AS currency
FROM latest
CROSS JOIN LATERAL (
    SELECT instrument_type, instrument_currency
    FROM lotus_core.instruments
    WHERE instruments.instrument_id = latest.constituent_id
        AND load_id <= %(version)s
    ORDER BY
        recorded_at <= %(recorded_until)s DESC,
        CASE WHEN recorded_at <= %(recorded_until)s THEN recorded_at END DESC,
        recorded_at
    LIMIT 1
) AS instrument
WHERE latest.effective_date >= coalesce(
    (SELECT max(effective_date) FROM latest WHERE effective_date <= %(start_date)s), '-infinity'
)
ORDER BY latest.effective_date, latest.constituent_id
