"""Requests and answers of the eight endpoints: field names, meanings, examples, Arrow schemas.

Belongs here: the shapes that cross the wire, as pydantic models (they also make the OpenAPI
document and the vocabulary) and as Arrow schemas. Does not: how answers are made (`payloads`).
"""
