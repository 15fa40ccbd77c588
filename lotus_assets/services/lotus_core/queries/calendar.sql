SELECT DISTINCT ON (calendar_date) calendar_date, is_business_day
FROM lotus_core.calendars
WHERE calendar_id = %(calendar_id)s
    AND recorded_at <= %(recorded_until)s AND load_id <= %(version)s
ORDER BY calendar_date, recorded_at DESC
