"""Whether what the outside refused can come right by itself: marks that errors carry."""


class PermanentError(Exception):
    """Nothing comes of trying again: a token, a setting or a contract has to be set right first."""


class PassingError(Exception):
    """May be over in a while: the other side did not answer, or not now."""
