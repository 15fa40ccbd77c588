"""lotus-assets: one Dagster asset graph over how software is made and how portfolios perform.

The folders stand in the order of the data's way: `sources` talk to the outside, `raw` and
`inputs` hold what the outside said, `facts` and `analytics` work it out with the pure
calculations of `engine`, `outputs` hand it on, `checks` watch the whole. `standin` serves the
embedded default's GitLab. `definitions` shows the graph on one page.
"""
