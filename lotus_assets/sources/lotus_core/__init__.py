"""Reading lotus-core: one client for the input contracts (docs/LOTUS_CORE.md), over HTTP.

Here belongs how a payload is asked for and received: requests, pages, retries, correlation headers,
Arrow streams, hashes that are checked as they arrive, and errors with their codes. Any server
that honours the contract can stand behind LOTUS_CORE_URL. What a payload's rows mean, and which of
them may enter a table, stands in `inputs`; the project's own server in `services.lotus_core`.
"""
