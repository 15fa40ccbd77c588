-- is_seen is false where the portfolio exists but was not yet known.
SELECT
    portfolio_id,
    portfolio_currency,
    calendar_id,
    open_date,
    close_date,
    recorded_at <= %(recorded_until)s AS is_seen,
    (
        SELECT coalesce(max(load_id), 0)
        FROM lotus_core.recordings
        WHERE table_name = ANY(%(portfolio_tables)s) AND entity = %(portfolio_id)s
            AND first_recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ) AS own_version
FROM lotus_core.portfolios
WHERE portfolio_id = %(portfolio_id)s AND load_id <= %(version)s
ORDER BY is_seen DESC, recorded_at DESC
LIMIT 1
