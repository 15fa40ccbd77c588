"""The only modules that talk to the outside: GitLab, lotus-core, the warehouse, exports.

Belongs here: clients, sessions, pacing, SQL that reads or writes, files that are read or written.
Does not: what a payload means (`raw`, `inputs`), calculations (`engine`), Dagster (the layers'
assets and `definitions`). A module here may import `settings` and `engine`, nothing later.
"""
