"""FastAPI applications, each its own process: `lotus_core` (the input contracts) and the API.

Belongs here: routes, request and response models, error mapping, and what only the service's own
process needs (its schema, its loader). Does not: clients that read these services (`sources`),
what their answers mean to the asset graph (`inputs`), calculations (`engine`).
"""
