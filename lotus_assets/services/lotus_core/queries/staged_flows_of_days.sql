-- The rows of the files that a day's flows are in: the first of the positions, the last external.
SELECT broken.place, named.file_number, named.row_number
FROM unnest(%(portfolios)s::text[], %(days)s::date[]) WITH ORDINALITY
    AS broken (portfolio_id, day, place)
CROSS JOIN LATERAL (
    (
        SELECT file_number, row_number
        FROM staged_position_valuations AS staged
        WHERE staged.portfolio_id = broken.portfolio_id AND staged.valuation_date = broken.day
        ORDER BY bod_cf = 0 AND eod_cf = 0, file_number, row_number
        LIMIT 1
    )
    UNION ALL
    (
        SELECT file_number, row_number
        FROM staged_external_flows AS staged
        WHERE staged.portfolio_id = broken.portfolio_id AND staged.flow_date <= broken.day
        ORDER BY flow_date DESC, file_number, row_number
        LIMIT 1
    )
) AS named
ORDER BY broken.place, named.file_number, named.row_number
