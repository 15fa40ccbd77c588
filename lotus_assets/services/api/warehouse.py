"""The warehouse, for routes that read its tables: connected to when first asked for."""

from threading import Lock

from pydantic import SecretStr
from sqlalchemy import Engine

from lotus_assets.services.problems import ErrorCode, ServiceProblem
from lotus_assets.sources.warehouse.connection import check_warehouse, create_warehouse_engine
from lotus_assets.sources.warehouse.errors import WarehouseUnavailable


class Warehouse:
    """One engine for all requests; closed with the application."""

    def __init__(self, connection: SecretStr | None) -> None:
        """`connection` is TEM_DB_CONNECTION; None where none is configured."""
        self._connection = connection
        self._engine: Engine | None = None
        self._lock = Lock()

    def engine(self) -> Engine:
        """The engine of a warehouse that answers.

        Raises:
            ServiceProblem: SOURCE_UNAVAILABLE, none is configured or it cannot be reached.
        """
        with self._lock:
            if self._engine is None:
                self._engine = self._connected()
            return self._engine

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _connected(self) -> Engine:
        if self._connection is None:
            raise ServiceProblem(
                ErrorCode.SOURCE_UNAVAILABLE,
                "no warehouse is configured: set TEM_DB_CONNECTION, as `make dev` does",
            )
        engine = create_warehouse_engine(self._connection.get_secret_value())
        try:
            check_warehouse(engine)
        except WarehouseUnavailable as unavailable:
            engine.dispose()
            raise ServiceProblem(
                ErrorCode.SOURCE_UNAVAILABLE, "the warehouse cannot be reached"
            ) from unavailable
        return engine
