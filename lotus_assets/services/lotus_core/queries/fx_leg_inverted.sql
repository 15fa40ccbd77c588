-- 18 digits: a converted amount of 10^9 is then right to its last digit of scale 10.
SELECT DISTINCT ON (rate_date) rate_date, round(1 / rate, 18)
FROM lotus_core.fx_rates
WHERE base_currency = %(quote)s AND quote_currency = %(base)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY rate_date, recorded_at DESC
