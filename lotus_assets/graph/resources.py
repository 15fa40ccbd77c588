"""What assets need of the outside: the warehouse, GitLab, and the settings, once a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import PrivateAttr
from sqlalchemy import Engine

from lotus_assets.settings import Settings
from lotus_assets.sources.permanence import PermanentError
from lotus_assets.sources.warehouse.connection import create_warehouse_engine

if TYPE_CHECKING:
    from lotus_assets.sources.gitlab.source import GitLabSource


class NotConfigured(PermanentError):
    """A variable that this process needs is not set; the text says which and how to set it."""


@cache
def shared_engine(connection: str) -> Engine:
    """One pool of connections a process and database."""
    return create_warehouse_engine(connection)


class Environment(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The settings and the warehouse. Read when a run starts, so that tests can set them."""

    @property
    def settings(self) -> Settings:
        """The environment's settings."""
        return Settings()

    @property
    def engine(self) -> Engine:
        """The warehouse.

        Raises:
            NotConfigured: TEM_DB_CONNECTION is not set in this process.
        """
        connection = self.settings.tem_db_connection
        if connection is None:
            raise NotConfigured(
                "TEM_DB_CONNECTION is not set. `make run` and `make dev` start the embedded "
                "database and set it; anything else needs a postgresql:// URL in it."
            )
        return shared_engine(connection.get_secret_value())


class GitLab(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One paced session to GitLab for all steps of a run."""

    _source: "GitLabSource | None" = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["GitLab"]:
        """Close the session when the run is over."""
        try:
            yield self
        finally:
            if self._source is not None:
                self._source.close()
                self._source = None

    def source(self) -> "GitLabSource":
        """The open source.

        Raises:
            NotConfigured: GITLAB_API_URL or GITLAB_API_TOKEN is not set in this process.
        """
        if self._source is None:
            settings = Settings()
            if settings.gitlab_api_url is None or settings.gitlab_api_token is None:
                raise NotConfigured(
                    "GITLAB_API_URL and GITLAB_API_TOKEN must both be set. `make run` and "
                    "`make dev` start the stand-in and set them when neither is."
                )
            # Here, because its clients take a tenth of what everything else takes to import.
            from lotus_assets.sources.gitlab.source import GitLabSource

            self._source = GitLabSource.from_settings(
                settings,
                url=settings.gitlab_api_url,
                token=settings.gitlab_api_token.get_secret_value(),
            )
        return self._source
