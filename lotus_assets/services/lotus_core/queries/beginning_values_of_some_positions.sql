SELECT
    min(staged.file_number),
    min(staged.row_number),
    'begin_mv is given for some positions of ' || staged.portfolio_id || ' on '
    || staged.valuation_date || ' and not for others'
FROM staged_position_valuations AS staged
JOIN (
    SELECT latest.portfolio_id, latest.valuation_date
    FROM (
        SELECT DISTINCT ON (portfolio_id, position_id, valuation_date)
            portfolio_id, valuation_date, begin_mv
        FROM lotus_core.position_valuations
        WHERE (portfolio_id, valuation_date) IN (
            SELECT DISTINCT portfolio_id, valuation_date
            FROM staged_position_valuations
            WHERE begin_mv IS NOT NULL
        )
        ORDER BY portfolio_id, position_id, valuation_date, recorded_at DESC
    ) AS latest
    GROUP BY latest.portfolio_id, latest.valuation_date
    HAVING count(latest.begin_mv) < count(*)
) AS mixed USING (portfolio_id, valuation_date)
GROUP BY staged.portfolio_id, staged.valuation_date
ORDER BY 1, 2
