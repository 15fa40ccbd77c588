"""The PostgreSQL warehouse: connecting, staging and committing tables, reading them back.

Here belongs what every table needs alike: `COPY`, the one upsert, watermarks, quarantine and
coverage bookkeeping. What a table holds stands with the table (`raw`, `facts`, `analytics`); the
revisions of the database stand in `migrations`.
"""
