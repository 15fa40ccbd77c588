"""The sample organisation that the stand-in serves.

A simulation in the order of time: `build.build_store` runs it to an instant and stops, so that a
later instant appends to what an earlier one showed and never alters it. Every process draws from
a generator of its own, seeded by the seed, the project and the day. Here belong people, projects
and what happens in them; payload shapes are in `payloads` and `ci_payloads`. How payloads are
answered is the server's matter.
"""
