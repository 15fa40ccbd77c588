SELECT DISTINCT ON (rate_date) rate_date, value, day_count, compounding
FROM lotus_core.risk_free_rates
WHERE risk_free_currency = %(currency)s AND series_mode = %(series_mode)s
    AND rate_date BETWEEN %(start_date)s AND %(end_date)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY rate_date, recorded_at DESC
