SELECT assignment_id, benchmark_id, effective_from, effective_to, version, recorded_at
FROM (
    SELECT DISTINCT ON (assignment_id, version) *
    FROM lotus_core.benchmark_assignments
    WHERE portfolio_id = %(portfolio_id)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY assignment_id, version, recorded_at DESC
) AS latest
WHERE effective_from <= %(day)s AND (effective_to IS NULL OR effective_to >= %(day)s)
ORDER BY effective_from DESC, recorded_at DESC, version DESC, assignment_id DESC
LIMIT 1
