SELECT risk_free_currency AS currency, series_mode, min(rate_date) AS first_date
FROM lotus_core.risk_free_rates
WHERE recorded_at <= %(recorded_until)s AND load_id <= %(version)s
GROUP BY risk_free_currency, series_mode
ORDER BY risk_free_currency, series_mode
