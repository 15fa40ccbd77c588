"""Inputs: what lotus-core answered, one file a contract, gated.

Here belongs, for each input contract (docs/LOTUS_CORE.md): what is asked, the header, the pandera
model, the pure function from payloads to rows, and the rules that a payload must keep. Rows are
kept by portfolio, date and data version; `core_payload` keeps everything of a payload that is no
row. `input_tables` lists the contracts, of which the assets are made.
Here belongs no HTTP (`sources.lotus_core`), no SQL (`sources.warehouse`), no return or any other
result (`analytics`), and nothing of how lotus-core makes its payloads (`services.lotus_core`).
"""
