"""Environment of the input assets: where lotus-core is, and how much is asked of it at once."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from lotus_assets.settings import SETTINGS, HttpAddress, QuarantineLimit


class InputSettings(BaseSettings):
    """The variables; an empty one counts as not set."""

    model_config = SETTINGS

    lotus_core_url: HttpAddress | None = Field(
        default=None,
        description="Address of lotus-core. Not set: the embedded service with the sample book.",
    )
    lotus_core_parallelism: int = Field(
        default=4, ge=1, le=64, description="Requests to lotus-core under way at once."
    )
    lotus_core_attempts: int = Field(
        default=5, ge=1, le=20, description="Attempts of a request before lotus-core is given up."
    )
    lotus_core_read_seconds: float = Field(
        default=60, gt=0, description="Seconds of silence after which an answer is given up."
    )
    lotus_core_shards: int = Field(
        default=16, ge=1, le=256, description="Portfolio shards, the partitions beside the days."
    )
    lotus_core_chunk: int = Field(
        default=64, ge=1, description="Payloads that are gated and written together."
    )
    lotus_core_lookback_days: int = Field(
        default=2000,
        ge=30,
        le=2000,
        description="Calendar days of performance inputs and of benchmark and risk-free series.",
    )
    lotus_core_report_days: int = Field(
        default=400,
        ge=30,
        description="Calendar days of attribution and contribution inputs.",
    )
    lotus_core_group_by: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("asset_class", "sector", "currency"),
        description="Comma-separated dimensions of attribution groups, outermost first.",
    )
    lotus_core_quarantine_limit: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Largest share of quarantined payloads with which an input is committed.",
    )
    lotus_core_quarantine_floor: int = Field(
        default=1,
        ge=0,
        description="Quarantined payloads with which an input is committed whatever their share.",
    )

    @property
    def quarantine_limit(self) -> QuarantineLimit:
        """With how many quarantined payloads an input is still committed."""
        return QuarantineLimit(self.lotus_core_quarantine_limit, self.lotus_core_quarantine_floor)

    @field_validator("lotus_core_group_by", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("lotus_core_group_by")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names or len(set(names)) < len(names):
            raise ValueError("one dimension at least is needed, and each once")
        return names
