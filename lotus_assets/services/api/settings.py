"""Environment of the API's own processes."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from lotus_assets.settings import SETTINGS, DatabaseUrl, HttpAddress, LogLevel, Port, TimeZoneName


class ApiSettings(BaseSettings):
    """The variables; an empty one counts as not set."""

    model_config = SETTINGS

    lotus_api_port: Port = Field(default=8000, description="Port of the analytics API.")
    lotus_api_workers: int = Field(
        default=2, ge=1, le=64, description="Processes that calculate; requests beyond them wait."
    )
    lotus_api_body_megabytes: int = Field(
        default=64, ge=1, description="Largest body of a request, in millions of bytes."
    )
    lotus_api_body_seconds: float = Field(
        default=60, gt=0, description="Seconds that a body may take as a whole."
    )
    lotus_api_waiting: int = Field(
        default=16,
        ge=1,
        description="Bodies of the largest size that may be here at once, in files of "
        "`TEM_DATA_DIR`; one more is answered 503. Bodies under 256 kB are not counted.",
    )
    lotus_api_seconds: float = Field(
        default=60,
        gt=0,
        description="Seconds of a worker that a request may take; one that runs over is ended.",
    )
    lotus_api_worker_megabytes: int = Field(
        default=1024,
        ge=512,
        description="Memory of a worker, in MiB; a request that needs more is refused (Linux).",
    )
    lotus_api_core_seconds: float = Field(
        default=20,
        gt=0,
        description="Seconds of silence after which an answer of lotus-core is given up; three "
        "attempts are made.",
    )
    lotus_api_lineage_days: int = Field(
        default=30, ge=1, description="Days for which the lineage of an answer is kept."
    )
    lotus_api_lineage_megabytes: int = Field(
        default=2048,
        ge=1,
        description="What lineage may take, in MiB; the oldest goes first.",
    )
    lotus_api_log_level: LogLevel = Field(
        default="INFO", description="Level of the API's request log."
    )
    lotus_core_url: HttpAddress | None = Field(
        default=None, description="Address of lotus-core, for stateful requests."
    )
    tem_db_connection: DatabaseUrl | None = Field(
        default=None, description="URL of the warehouse, for explanations."
    )
    gitlab_api_url: HttpAddress | None = Field(
        default=None, description="Address of the GitLab that was read, for links into it."
    )
    timezone: TimeZoneName = Field(
        default="Europe/Amsterdam", description="Time zone of the warehouse's calendar days."
    )
    tem_data_dir: Path = Field(default=Path(".lotus"), description="Where lineage is kept.")
    tem_export_dir: Path = Field(default=Path("exports"), description="Where exports are written.")

    @property
    def bodies_folder(self) -> Path:
        """Folder of bodies and answers that are too large for memory."""
        return self.tem_data_dir / "bodies"

    @property
    def lineage_folder(self) -> Path:
        """Folder of the lineage of answers."""
        return self.tem_data_dir / "lineage"
