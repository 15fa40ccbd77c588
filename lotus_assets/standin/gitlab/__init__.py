"""A GitLab that fits on a laptop: its state, and the doors through which it is read.

`store` is what it knows at one instant, `world` makes up a sample organisation, `server` answers
REST v4, GraphQL and Git over smart HTTP. It has what the product asks of a GitLab and no more: any
other address is a 404, any other field an undefined one. Who wants another payload changes
`world`; who wants another answer changes the doors.
"""
