"""Reading lotus-core: one client for the input contracts of RFC 063 and RFC 062, over HTTP.

Here belongs how a payload is asked for and received: requests, pages, retries, correlation headers,
Arrow streams, hashes that are checked as they arrive, and errors with the RFC's codes. Any server
that honours the contract can stand behind LOTUS_CORE_URL. What a payload's rows mean, and which of
them may enter a table, stands in `inputs`; the project's own server in `services.lotus_core`.
"""
