"""The embedded default's sources: what `make run` reads when nothing else is configured.

Here belong stand-ins for the systems that the project reads: their data and their doors, true to
the real interfaces. Nothing of the project may be imported here but `settings`, and nothing but
the command line and the tests imports it, so that a collector cannot tell it from the real thing.
Clients of those systems go to `sources`.
"""
