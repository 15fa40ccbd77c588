SELECT coalesce(max(load_id), 0) AS version
FROM lotus_core.recordings
WHERE table_name = ANY(%(reference_tables)s)
    AND first_recorded_at <= %(recorded_until)s AND load_id <= %(version)s
