"""What input assets need of lotus-core: a client that names the run in every request."""

import dagster as dg

from lotus_assets.graph.resources import NotConfigured
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.correlation import Correlation


class LotusCore(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Read when a run starts, so that tests can set the environment."""

    @property
    def settings(self) -> InputSettings:
        """The environment's settings."""
        return InputSettings()

    def client(self, run_id: str) -> LotusCoreClient:
        """A client whose requests carry the run as their correlation id.

        Raises:
            NotConfigured: LOTUS_CORE_URL is not set in this process.
        """
        settings = self.settings
        if settings.lotus_core_url is None:
            raise NotConfigured(
                "LOTUS_CORE_URL is not set. `make run` and `make dev` start the embedded service "
                "and set it; anything else needs the address of a lotus-core in it."
            )
        return LotusCoreClient(
            settings.lotus_core_url,
            parallelism=settings.lotus_core_parallelism,
            patience=Patience(
                read_seconds=settings.lotus_core_read_seconds,
                attempts=settings.lotus_core_attempts,
            ),
            correlation=Correlation(correlation_id=run_id),
        )
