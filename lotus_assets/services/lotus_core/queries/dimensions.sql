SELECT instrument_id, dimension, dimension_value
FROM (
    SELECT DISTINCT ON (instrument_id, dimension) instrument_id, dimension, dimension_value
    FROM lotus_core.instrument_dimensions
    WHERE instrument_id = ANY(%(instruments)s)
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY instrument_id, dimension, recorded_at DESC
) AS latest
ORDER BY instrument_id, dimension
