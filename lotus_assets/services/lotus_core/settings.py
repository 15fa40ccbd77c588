"""Environment of the lotus-core service's own process."""

import secrets

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from lotus_assets.settings import SETTINGS, DatabaseUrl, LogLevel, Port
from lotus_assets.sources.warehouse.errors import WarehouseUnavailable


class CoreSettings(BaseSettings):
    """The service's variables; an empty one counts as not set."""

    model_config = SETTINGS

    lotus_core_db_connection: DatabaseUrl | None = Field(
        default=None,
        description="postgresql:// URL of the service's database. Not set: TEM_DB_CONNECTION.",
    )
    tem_db_connection: DatabaseUrl | None = Field(
        default=None, description="postgresql:// URL of the warehouse."
    )
    lotus_core_port: Port = Field(default=8001, description="Port of the service.")
    lotus_core_page_key: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(32)),
        description="Key that signs page tokens. Not set: a new one each start, so that tokens "
        "end with the process; name one where several processes answer.",
    )
    lotus_core_page_seconds: int = Field(
        default=3600, ge=0, description="Seconds after which a page token has expired."
    )
    lotus_core_body_seconds: float = Field(
        default=60, gt=0, description="Seconds that a request's body may take as a whole."
    )
    lotus_core_log_level: LogLevel = Field(default="INFO", description="Level of the request log.")

    @property
    def connection(self) -> str:
        """URL of the database.

        Raises:
            WarehouseUnavailable: neither variable is set.
        """
        chosen = self.lotus_core_db_connection or self.tem_db_connection
        if chosen is None:
            raise WarehouseUnavailable(
                "There is no database: set LOTUS_CORE_DB_CONNECTION or TEM_DB_CONNECTION to its "
                "postgresql:// URL."
            )
        return chosen.get_secret_value()

    @property
    def connection_variable(self) -> str:
        """The variable that names the database."""
        is_named = self.lotus_core_db_connection is not None
        return "LOTUS_CORE_DB_CONNECTION" if is_named else "TEM_DB_CONNECTION"
