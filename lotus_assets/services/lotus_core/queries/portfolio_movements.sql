-- External flows, and fees that no position bears, as they were known.
SELECT movement_date, kind, currency, amount
FROM (
    SELECT DISTINCT ON (flow_id)
        flow_date AS movement_date, timing AS kind, flow_currency AS currency, amount, flow_id AS id
    FROM lotus_core.external_flows
    WHERE portfolio_id = %(portfolio_id)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY flow_id, recorded_at DESC
) AS flows
WHERE movement_date <= %(end_date)s
UNION ALL
SELECT movement_date, kind, currency, amount
FROM (
    SELECT DISTINCT ON (fee_id)
        fee_date AS movement_date, 'FEE' AS kind, fee_currency AS currency, amount, fee_id AS id
    FROM lotus_core.fees
    WHERE portfolio_id = %(portfolio_id)s
        AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
    ORDER BY fee_id, recorded_at DESC
) AS fees
WHERE movement_date <= %(end_date)s
ORDER BY movement_date, kind, currency, amount
