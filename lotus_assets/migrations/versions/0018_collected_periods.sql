-- What runs noted until now: the first one reached back 180 days (TEM_BACKFILL_DAYS' default).
INSERT INTO collected_period (collection, project_id, collected_from, collected_until)
SELECT collection, project_id, min(finished_at) - interval '180 days', max(finished_at)
FROM collection_outcome
WHERE reason IS NULL OR reason LIKE 'feature\_disabled:%'
GROUP BY collection, project_id
