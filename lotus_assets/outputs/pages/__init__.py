"""Pages for people: how figures read, how they are drawn, and the files that hold them.

Here belong number forms, axes and charts as SVG, the templates with their style and behaviour, and
the pages about engineering; the pages of other rooms (portfolio reports, explanations, the
benchmark dashboard) are made of the same parts. A page loads nothing from another host, and a text
that came from outside stays text. Here belongs no calculation of a metric (`analytics`, `engine`)
and no writing to disk (`sources.exports`).
"""
