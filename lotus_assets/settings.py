"""Every environment variable of the project: typed, with its default and its meaning."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AliasChoices,
    AnyHttpUrl,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

FIRST_DAY = date(2025, 1, 1)
"""First day that is a partition. Older data is collected all the same, by the first collection."""

_HTTP_URL = TypeAdapter(AnyHttpUrl)


def _http_address(address: str) -> str:
    try:
        _HTTP_URL.validate_python(address)
    except ValidationError as error:
        raise ValueError(
            f"{address} is no address; expected one like https://server.example.com"
        ) from error
    return address


def _postgresql_url(connection: SecretStr) -> SecretStr:
    # Here, because `--help` and most refusals have no URL to read.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    expected = "expected postgresql://user:password@host:5432/name"
    try:
        backend = make_url(connection.get_secret_value()).get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError(f"not a URL; {expected}") from None
    if backend not in {"postgresql", "postgres"}:
        raise ValueError(f"{backend} is not supported; {expected}")
    return connection


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name} is no time zone; expected one like Europe/Amsterdam") from error
    return name


HttpAddress = Annotated[str, AfterValidator(_http_address)]
"""Address of a server, as it was given."""
DatabaseUrl = Annotated[SecretStr, AfterValidator(_postgresql_url)]
"""URL of a PostgreSQL database; it may hold a password."""
TimeZoneName = Annotated[str, AfterValidator(_known_timezone)]
Port = Annotated[int, Field(ge=1, le=65535)]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


SETTINGS = SettingsConfigDict(
    env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
)
"""An empty variable counts as not set; no error shows a value, which may be a secret."""


@dataclass(frozen=True)
class QuarantineLimit:
    """With how many bad ones a table is still committed: with `floor`, or a share of `share`.

    A share alone is for full collections: of five new rows one odd one is a fifth, and as its
    table is not committed, it comes again in the next hour, and the next.
    """

    share: float
    floor: int = 0

    def is_passed(self, bad: int, judged: int) -> bool:
        """Whether `bad` ones of `judged` are too many."""
        return bad > self.floor and bad > self.share * judged


def faults(invalid: ValidationError) -> str:
    """What is wrong with variables, a line each: the variable's name, and why."""
    return "\n".join(
        f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in invalid.errors()
    )


class Settings(BaseSettings):
    """The environment as the project reads it; an empty variable counts as not set."""

    model_config = SETTINGS

    gitlab_api_url: HttpAddress | None = Field(
        default=None,
        description="Address of the GitLab to read. Not set: the embedded stand-in.",
    )
    gitlab_api_token: SecretStr | None = Field(
        default=None, description="Token with the scopes read_api and read_repository."
    )
    tem_db_connection: DatabaseUrl | None = Field(
        default=None,
        description="postgresql:// URL of the warehouse (15 or newer). Not set: embedded server.",
    )
    tem_export_dir: Path = Field(default=Path("exports"), description="Where exports are written.")
    tem_bench_dir: Path = Field(
        default=Path("benchmarks-history"),
        description="Benchmark history: a file a run, and the dashboard made of them.",
    )
    tem_data_dir: Path = Field(
        default=Path(".lotus"),
        description="Embedded database, stand-in, Git clones and Dagster's local files.",
    )
    timezone: TimeZoneName = Field(
        default="Europe/Amsterdam", description="Time zone of calendar days, weeks and schedules."
    )
    tem_root_groups: str | None = Field(
        default=None,
        description="Comma-separated groups to discover; overrides the org file's roots.",
    )
    tem_org_file: Path | None = Field(
        default=None,
        description="YAML: group prefixes to business lines and teams. Not set: the sample's.",
    )
    tem_rules_file: Path | None = Field(
        default=None, description="YAML: SLA, bots, production rules. Not set: the defaults."
    )
    tem_backfill_days: int = Field(
        default=180, ge=1, le=3650, description="Days that the first collection reaches back."
    )
    tem_max_parallelism: int = Field(
        default=8, ge=1, le=64, description="Requests to GitLab under way at once."
    )
    tem_gitlab_attempts: int = Field(
        default=7,
        ge=1,
        le=20,
        description="How often a request to GitLab is sent while its failure may pass.",
    )
    tem_gitlab_start_wait: int = Field(
        default=300,
        ge=0,
        description="Seconds for which a GitLab is waited for that answers 429 or 5xx at first.",
    )
    tem_project_failures: int = Field(
        default=2,
        ge=1,
        description="Lists of a project that may fail for good before it is left for this run.",
    )
    tem_email_hash_key: SecretStr | None = Field(
        default=None, description="Key of the HMAC over e-mail addresses. Not set: plain SHA-256."
    )
    tem_as_of: datetime | None = Field(
        default=None, description="An instant (ISO 8601) to be treated as now, for replays."
    )
    tem_quarantine_limit: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Largest share of bad rows with which a table is still committed.",
    )
    tem_quarantine_floor: int = Field(
        default=20,
        ge=0,
        description="Bad rows with which a table is committed whatever their share is.",
    )
    tem_overlap_minutes: int = Field(
        default=10, ge=0, description="How far before its watermark a collection reads again."
    )
    dagster_port: Port = Field(
        default=3000,
        validation_alias=AliasChoices("LOTUS_DAGSTER_PORT", "dagster_port"),
        description="Port of the Dagster UI under `make dev`.",
    )

    @field_validator("tem_as_of")
    @classmethod
    def _with_offset(cls, instant: datetime | None) -> datetime | None:
        if instant is not None and instant.tzinfo is None:
            raise ValueError(
                "an offset is missing; expected 2026-03-31T12:00:00+02:00, for example"
            )
        return instant

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of calendar days."""
        return ZoneInfo(self.timezone)

    @property
    def quarantine_limit(self) -> QuarantineLimit:
        """With how many bad rows a table is still committed."""
        return QuarantineLimit(self.tem_quarantine_limit, self.tem_quarantine_floor)

    @property
    def root_groups(self) -> tuple[str, ...]:
        """Groups named by TEM_ROOT_GROUPS; empty: those of the org file."""
        names = (self.tem_root_groups or "").split(",")
        return tuple(name.strip().strip("/") for name in names if name.strip())

    def now(self) -> datetime:
        """The instant that counts as now, in UTC: TEM_AS_OF, else the clock's."""
        return (self.tem_as_of or datetime.now(UTC)).astimezone(UTC)
