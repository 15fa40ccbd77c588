-- The last day before a rebalance with a return of what the benchmark held then.
SELECT max(observed.return_date) AS return_date
FROM (
    SELECT DISTINCT ON (constituent_id) constituent_id, weight
    FROM lotus_core.benchmark_constituents
    WHERE benchmark_id = %(benchmark_id)s
        AND effective_date = (
            SELECT max(effective_date)
            FROM lotus_core.benchmark_constituents
            WHERE benchmark_id = %(benchmark_id)s AND effective_date < %(start_date)s
                AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
        )
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY constituent_id, recorded_at DESC
) AS held
CROSS JOIN LATERAL (
    SELECT return_date
    FROM lotus_core.constituent_returns AS returned
    WHERE returned.constituent_id = held.constituent_id AND return_date < %(start_date)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY return_date DESC
    LIMIT 1
) AS observed
WHERE held.weight <> 0
