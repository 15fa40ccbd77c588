"""A GitLab that fits on a laptop: its state, and the doors through which it is read.

`store` is what it knows at one instant, `world` makes up a sample organisation, `recorded` holds
the recordings of a public project, `server` answers REST v4, GraphQL and Git over smart HTTP.
Who wants another payload changes `world`; who wants another answer changes the doors.
"""
