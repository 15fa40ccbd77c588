-- A fee that names no position left the portfolio's only cash in its currency. The same row again
-- left the one that it left before, whatever cash has come since.
UPDATE staged_fees AS staged
SET position_id = coalesce(
    (
        SELECT stored.position_id
        FROM lotus_core.fees AS stored
        WHERE stored.portfolio_id = staged.portfolio_id
            AND stored.fee_id = staged.fee_id
            AND stored.recorded_at = staged.recorded_at
    ),
    (
        SELECT min(held.position_id)
        FROM lotus_core.positions AS held
        JOIN lotus_core.instruments AS instrument USING (instrument_id)
        WHERE held.portfolio_id = staged.portfolio_id
            AND instrument.instrument_type = 'CASH'
            AND instrument.instrument_currency = staged.fee_currency
        HAVING count(DISTINCT held.position_id) = 1
    )
)
WHERE staged.position_id IS NULL
