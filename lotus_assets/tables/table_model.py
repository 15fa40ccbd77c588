"""The base of every table's contract."""

from pandera.pandas import DataFrameModel


class TableModel(DataFrameModel):
    """A contract: types are enforced, unknown columns refused.

    The order of the columns is the order in the database. A model's own columns come after those
    of its bases, and of two bases the one named last comes first, as Python resolves them.
    """

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True
