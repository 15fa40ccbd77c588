SELECT DISTINCT ON (constituent_id, return_date) constituent_id, return_date, return_local
FROM lotus_core.constituent_returns
WHERE constituent_id = ANY(%(constituents)s)
    AND return_date BETWEEN %(start_date)s AND %(end_date)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY constituent_id, return_date, recorded_at DESC
