SELECT
    seen.portfolio_id,
    seen.portfolio_currency,
    seen.calendar_id,
    seen.open_date,
    seen.close_date,
    coalesce(own.version, 0) AS own_version
FROM (
    SELECT DISTINCT ON (portfolio_id) *
    FROM lotus_core.portfolios
    WHERE recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY portfolio_id, recorded_at DESC
) AS seen
LEFT JOIN (
    SELECT entity, max(load_id) AS version
    FROM lotus_core.recordings
    WHERE table_name = ANY(%(portfolio_tables)s)
        AND first_recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    GROUP BY entity
) AS own ON own.entity = seen.portfolio_id
ORDER BY seen.portfolio_id
