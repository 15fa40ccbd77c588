"""How answers are made: rows of the schema into columns, columns into payloads.

Belongs here: as-of reading, conversion, flows to rows, drifting weights, canonical JSON and its
hash; set-wise, in SQL, Arrow and numpy. Does not: HTTP (`application`), shapes (`contracts`),
returns of portfolios (analytics owns them).
"""
