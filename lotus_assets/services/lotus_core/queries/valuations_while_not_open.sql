-- A correction to nothing may come late: that is how a day is taken back.
SELECT
    min(staged.file_number),
    min(staged.row_number),
    staged.portfolio_id || ' is valued on ' || staged.valuation_date || ' and was open '
    || CASE
        WHEN staged.valuation_date < known.open_date THEN 'from ' || known.open_date || ' on'
        ELSE 'until ' || known.close_date
    END
FROM staged_position_valuations AS staged
JOIN (
    SELECT DISTINCT ON (portfolio_id) portfolio_id, open_date, close_date
    FROM lotus_core.portfolios
    ORDER BY portfolio_id, recorded_at DESC
) AS known USING (portfolio_id)
WHERE (staged.valuation_date < known.open_date OR staged.valuation_date > known.close_date)
    AND (
        staged.market_value <> 0 OR staged.bod_cf <> 0 OR staged.eod_cf <> 0
        OR staged.mgmt_fees <> 0
    )
GROUP BY staged.portfolio_id, staged.valuation_date, known.open_date, known.close_date
ORDER BY 1, 2
