SELECT benchmark_id, benchmark_currency, calendar_id
FROM lotus_core.benchmarks
WHERE benchmark_id = %(benchmark_id)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY recorded_at DESC
LIMIT 1
