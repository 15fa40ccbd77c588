SELECT max(valuation_date) AS valuation_date
FROM lotus_core.portfolio_sums
WHERE portfolio_id = %(portfolio_id)s
    AND valuation_date <= %(end_date)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
