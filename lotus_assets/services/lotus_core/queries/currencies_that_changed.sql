SELECT DISTINCT ON (staged.instrument_id)
    staged.file_number,
    staged.row_number,
    staged.instrument_id || ' had another instrument_currency; use a new instrument_id'
FROM staged_instruments AS staged
JOIN lotus_core.instruments AS stored USING (instrument_id)
WHERE stored.instrument_currency <> staged.instrument_currency
ORDER BY staged.instrument_id, staged.file_number, staged.row_number
