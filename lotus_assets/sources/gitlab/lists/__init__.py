"""The lists of a project that are read, one a file: what is asked for and what is kept.

Belongs here: the declaration of a list, and the functions that reduce its entities. Does not: how
any list is read (`graphql_lists`, `rest_lists`), the texts of queries (`queries`), columns (`raw`).
"""
