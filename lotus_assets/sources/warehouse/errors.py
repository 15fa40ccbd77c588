"""What goes wrong with the warehouse that a reader can set right."""


class WarehouseUnavailable(Exception):
    """The database cannot be used; the text says which, why, and what to do."""
