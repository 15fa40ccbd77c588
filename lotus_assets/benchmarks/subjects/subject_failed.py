"""The one exception of this package."""


class SubjectFailed(Exception):
    """A subject could not be installed or measured; the text says which, why, and what to do."""
