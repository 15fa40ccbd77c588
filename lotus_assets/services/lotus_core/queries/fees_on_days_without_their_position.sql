-- The day of a fee is its own or, without a valuation, the portfolio's next one; none has come yet
-- where the portfolio has no valuation since.
SELECT
    staged.file_number,
    staged.row_number,
    staged.position_id || ' of ' || staged.portfolio_id || ' paid a fee and has no valuation on '
    || due.day || ', the day that it belongs to'
FROM staged_fees AS staged
CROSS JOIN LATERAL (
    SELECT min(valuation_date) AS day
    FROM lotus_core.portfolio_sums
    WHERE portfolio_id = staged.portfolio_id AND valuation_date >= staged.fee_date
) AS due
WHERE staged.position_id IS NOT NULL
    AND due.day IS NOT NULL
    AND NOT EXISTS (
        SELECT
        FROM lotus_core.position_valuations AS valued
        WHERE valued.portfolio_id = staged.portfolio_id
            AND valued.position_id = staged.position_id
            AND valued.valuation_date = due.day
    )
ORDER BY 1, 2
