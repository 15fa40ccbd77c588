SELECT DISTINCT base_currency, quote_currency
FROM lotus_core.fx_rates
WHERE recorded_at <= %(recorded_until)s AND load_id <= %(version)s
