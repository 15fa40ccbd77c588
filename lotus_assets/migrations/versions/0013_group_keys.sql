-- Keys of benchmark groups as attribution spells them: dimensions outermost first, no longer by
-- name. In which order they stand says the last payload of the portfolio with these dimensions.
UPDATE public.core_attribution_input AS stored
SET id = spelled.id
FROM (
    SELECT
        keys.portfolio_id,
        keys.id AS former_id,
        '{' || string_agg(
            to_json(dimension.name)::text || ': ' || to_json(keys.dimensions ->> dimension.name)::text,
            ', ' ORDER BY dimension.place
        ) || '}' AS id
    FROM (
        SELECT DISTINCT portfolio_id, id, id::jsonb AS dimensions
        FROM public.core_attribution_input
        WHERE part = 'benchmark_group'
    ) AS keys
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(name) AS names FROM jsonb_object_keys(keys.dimensions) AS name
    ) AS stored_names
    CROSS JOIN LATERAL (
        SELECT payload.header -> 'group_by_dimensions' AS names
        FROM public.core_payload AS payload
        WHERE payload.contract = 'attribution-input'
            AND payload.subject = keys.portfolio_id
            AND payload.header -> 'group_by_dimensions' @> stored_names.names
            AND payload.header -> 'group_by_dimensions' <@ stored_names.names
        ORDER BY payload.as_of_date DESC
        LIMIT 1
    ) AS asked
    CROSS JOIN LATERAL jsonb_array_elements_text(asked.names) WITH ORDINALITY
        AS dimension (name, place)
    GROUP BY keys.portfolio_id, keys.id
) AS spelled
WHERE stored.part = 'benchmark_group'
    AND stored.portfolio_id = spelled.portfolio_id
    AND stored.id = spelled.former_id
    AND stored.id <> spelled.id;
