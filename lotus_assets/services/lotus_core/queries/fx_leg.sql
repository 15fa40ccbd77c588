SELECT DISTINCT ON (rate_date) rate_date, rate
FROM lotus_core.fx_rates
WHERE base_currency = %(base)s AND quote_currency = %(quote)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY rate_date, recorded_at DESC
