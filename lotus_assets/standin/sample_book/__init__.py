"""The sample book: portfolios, instruments, benchmarks and rates for the embedded default.

Here belongs what `make run` loads into lotus-core when LOTUS_CORE_URL is not set: a book that is a
pure function of a seed and an end day, in the file layout of the lotus-core loader, and that holds
each hard case of the contracts at least once (short positions, transfers in kind, total loss,
corrections, missing days). Here belongs no loader (`services.lotus_core`), no reader
(`sources.lotus_core`) and no formula of the analytics (`engine`).
"""
