SELECT
    first.file_number,
    first.row_number,
    'weights of ' || benchmark_id || ' on ' || effective_date || ' sum to '
    || trim_scale(total.weight) || ', not 1'
FROM (
    SELECT latest.benchmark_id, latest.effective_date, sum(latest.weight) AS weight
    FROM (
        SELECT DISTINCT ON (benchmark_id, effective_date, constituent_id) *
        FROM lotus_core.benchmark_constituents
        WHERE (benchmark_id, effective_date) IN (
            SELECT benchmark_id, effective_date FROM staged_benchmark_constituents
        )
        ORDER BY benchmark_id, effective_date, constituent_id, recorded_at DESC
    ) AS latest
    GROUP BY latest.benchmark_id, latest.effective_date
) AS total
JOIN (
    SELECT DISTINCT ON (benchmark_id, effective_date)
        benchmark_id, effective_date, file_number, row_number
    FROM staged_benchmark_constituents
    ORDER BY benchmark_id, effective_date, file_number, row_number
) AS first USING (benchmark_id, effective_date)
WHERE abs(total.weight - 1) > 0.000000001
ORDER BY 1, 2
