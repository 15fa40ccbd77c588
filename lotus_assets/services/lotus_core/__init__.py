"""lotus-core's query service: the input contracts (docs/LOTUS_CORE.md), from PostgreSQL.

Belongs here: the eight endpoints, the schema `lotus_core` with its own migrations, the loader of
files, and the vocabulary inventory. Nothing outside this package reads that schema: others ask
over HTTP (`LOTUS_CORE_URL`). Does not belong: returns or any other result (analytics owns them),
the client of this service (`sources.lotus_core`), the sample book (`standin`).
"""
