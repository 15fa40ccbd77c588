SELECT DISTINCT dimension
FROM lotus_core.instrument_dimensions
WHERE recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY dimension
