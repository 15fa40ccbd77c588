"""GitLab as it is read: REST v4, GraphQL and Git, behind one door, `GitLabSource`.

Belongs here: the paced session, the queries (`queries/*.graphql`), the lists of a project
(`lists`), bare clones, and what must happen before a payload leaves: nested lists are read to their
end, e-mail addresses are hashed, texts are reduced to what is stored. Does not: tables and their
contracts (`raw`), which projects and windows are read (the assets), what is stored
(`sources.warehouse`).
"""
