"""Inputs: what lotus-core answered, one file a contract, gated.

Here belongs, for each contract of RFC 063 and RFC 062: the pandera model, the pure function from
payloads to rows, the rules that a payload must keep, and the asset that collects it. Rows are kept
by portfolio, date and data version; `core_payload` keeps everything of a payload that is no row.
Here belongs no HTTP (`sources.lotus_core`), no SQL (`sources.warehouse`), no return or any other
result (`analytics`), and nothing of how lotus-core makes its payloads (`services.lotus_core`).
"""
