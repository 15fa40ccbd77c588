ALTER TABLE lotus_core.fees ADD COLUMN position_id text COLLATE "C";

UPDATE lotus_core.fees AS fee
SET position_id = (
    SELECT min(held.position_id)
    FROM lotus_core.positions AS held
    JOIN lotus_core.instruments AS instrument USING (instrument_id)
    WHERE held.portfolio_id = fee.portfolio_id
        AND instrument.instrument_type = 'CASH'
        AND instrument.instrument_currency = fee.fee_currency
    HAVING count(DISTINCT held.position_id) = 1
);
