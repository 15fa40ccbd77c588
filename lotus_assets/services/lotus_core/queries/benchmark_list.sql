SELECT
    seen.benchmark_id,
    seen.benchmark_currency,
    seen.calendar_id,
    (
        SELECT min(effective_date)
        FROM lotus_core.benchmark_constituents AS weighted
        WHERE weighted.benchmark_id = seen.benchmark_id
            AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ) AS first_date
FROM (
    SELECT DISTINCT ON (benchmark_id) *
    FROM lotus_core.benchmarks
    WHERE recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY benchmark_id, recorded_at DESC
) AS seen
ORDER BY seen.benchmark_id
