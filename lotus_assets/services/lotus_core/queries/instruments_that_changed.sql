SELECT DISTINCT ON (staged.portfolio_id, staged.position_id)
    staged.file_number,
    staged.row_number,
    staged.position_id || ' of ' || staged.portfolio_id
    || ' held another instrument_id; use a new position_id'
FROM staged_positions AS staged
JOIN lotus_core.positions AS stored USING (portfolio_id, position_id)
WHERE stored.instrument_id <> staged.instrument_id
ORDER BY staged.portfolio_id, staged.position_id, staged.file_number, staged.row_number
