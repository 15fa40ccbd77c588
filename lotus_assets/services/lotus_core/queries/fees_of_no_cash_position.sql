SELECT
    staged.file_number,
    staged.row_number,
    CASE
        WHEN staged.position_id IS NOT NULL THEN
            staged.position_id || ' is no cash position of ' || staged.portfolio_id
        WHEN cash.count = 0 THEN
            staged.portfolio_id || ' has no cash position in ' || staged.fee_currency
            || ' that paid the fee; name its position_id'
        ELSE
            staged.portfolio_id || ' has ' || cash.count || ' cash positions in '
            || staged.fee_currency || '; name the position_id that paid the fee'
    END
FROM staged_fees AS staged
CROSS JOIN LATERAL (
    SELECT count(DISTINCT held.position_id) AS count
    FROM lotus_core.positions AS held
    JOIN lotus_core.instruments AS instrument USING (instrument_id)
    WHERE held.portfolio_id = staged.portfolio_id
        AND instrument.instrument_type = 'CASH'
        AND CASE
            WHEN staged.position_id IS NULL THEN
                instrument.instrument_currency = staged.fee_currency
            ELSE held.position_id = staged.position_id
        END
) AS cash
WHERE staged.position_id IS NULL OR cash.count = 0
ORDER BY 1, 2
