"""Paths of groups and projects, compared as GitLab does: without case (`app/models/route.rb`).

Files of rules compare them too, before any library that only a step needs is imported.
"""


def lies_under(path: str, prefix: str) -> bool:
    """Whether `path` is `prefix` or lies under it; `a/bc` does not lie under `a/b`."""
    return f"{path}/".lower().startswith(f"{prefix.rstrip('/')}/".lower())
