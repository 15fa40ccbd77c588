-- Portfolios that are new here and whose rows were all known on their own days: none of their
-- rows can have two versions, so that their sums need no look at what was before.
CREATE TEMPORARY TABLE first_valued ON COMMIT DROP AS
SELECT portfolio_id
FROM staged_position_valuations
WHERE portfolio_id NOT IN (
    SELECT entity FROM lotus_core.recordings WHERE table_name = 'position_valuations'
)
GROUP BY portfolio_id
HAVING %(every_row_is_new)s
    AND bool_and(recorded_at = (valuation_date::timestamp AT TIME ZONE 'Europe/Amsterdam'))
