"""What can be seen before anything is started: variables, files, folders, ports, Git.

Imports neither Dagster nor a client: a command that refuses has not waited for them.
"""

import shutil
import socket
import subprocess
from datetime import UTC, date, datetime, timedelta

from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import FIRST_DAY, Settings
from lotus_assets.sources.organisation import organisation_of
from lotus_assets.sources.rules_file import read_rules
from lotus_assets.sources.writable_folder import check_writable

LOOPBACK = "127.0.0.1"
OLDEST_GIT = (2, 31)
"""The first that takes its configuration from GIT_CONFIG_COUNT, which keeps tokens off argv."""


class NotReady(Exception):
    """Something that a command needs is missing; the text says what and how to get it."""


class NoLotusCore(NotReady):
    """Nothing answers as a lotus-core at the reader's address; the text says what to set."""


def check_all(settings: Settings) -> None:
    """What can be seen before anything is started: Git, variables, both YAML files, folders.

    Raises:
        NotReady, ConfigurationFileError, FolderNotWritable: something has to be set right first.
        ValidationError: a variable of lotus-core means nothing.
    """
    InputSettings()
    CoreSettings()
    check_as_of(settings)
    check_git()
    check_gitlab_settings(settings)
    organisation_of(settings)
    read_rules(settings.tem_rules_file)
    check_folders(settings)


def check_folders(settings: Settings) -> None:
    """Data and exports can be written.

    Raises:
        FolderNotWritable: they cannot.
    """
    check_writable(settings.tem_data_dir, "TEM_DATA_DIR")
    check_writable(settings.tem_export_dir, "TEM_EXPORT_DIR")


def check_git() -> None:
    """Git is there and not too old.

    Raises:
        NotReady: it is not.
    """
    if shutil.which("git") is None:
        raise NotReady(
            "Git was not found. Commits, signatures and tags are read with it: install Git "
            "(Debian: apt install git) and make sure it is on the PATH."
        )
    asked = ["git", "--version"]
    version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    numbers = version.split()[2].split(".") if len(version.split()) > 2 else []
    if tuple(int(number) for number in numbers[:2] if number.isdigit()) < OLDEST_GIT:
        raise NotReady(
            f"Git {'.'.join(map(str, OLDEST_GIT))} or newer is needed; this is: {version}"
        )


def check_port(host: str, port: int, variable: str) -> None:
    """`port` is free on the address `host`.

    Raises:
        NotReady: another program listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotReady(
                f"Port {port} on {host} cannot be used ({error.strerror}): another program "
                f"(another `make dev`?) has it. Stop that, or choose a port with {variable}."
            ) from error


def check_as_of(settings: Settings) -> None:
    """What counts as now is not in the future: days that are not over have no figures.

    Raises:
        NotReady: TEM_AS_OF is.
    """
    instant = settings.tem_as_of
    if instant is not None and instant > datetime.now(UTC):
        raise NotReady(
            f"TEM_AS_OF is {instant.isoformat()}, which is in the future: set it to an instant "
            "before now, or unset it to run as of now."
        )


def check_first_day(settings: Settings) -> None:
    """There is a complete day of GitLab's side before what counts as now.

    Raises:
        NotReady: TEM_AS_OF is too early.
    """
    now, first = settings.now().astimezone(settings.zone), FIRST_DAY + timedelta(days=1)
    if now.date() < first:
        raise NotReady(
            f"TEM_AS_OF is {now.isoformat()}: GitLab is collected from {FIRST_DAY} on, so "
            f"it must be {first} or later. Unset it to run as of now."
        )


def check_day(day: date, settings: Settings) -> None:
    """`day` can be exported: it is over, and not before the first partition.

    Raises:
        NotReady: it cannot.
    """
    last = settings.now().astimezone(settings.zone).date() - timedelta(days=1)
    if not FIRST_DAY <= day <= last:
        raise NotReady(
            f"{day} cannot be exported: the days from {FIRST_DAY} to {last} can (a day is complete "
            f"when it is over in {settings.timezone})."
        )


def check_gitlab_settings(settings: Settings) -> None:
    """Address and token of GitLab are given both, or neither.

    Raises:
        NotReady: only one of them is.
    """
    if settings.gitlab_api_url is not None and settings.gitlab_api_token is None:
        raise NotReady(
            "GITLAB_API_URL is set, GITLAB_API_TOKEN is not. Create a token with the scopes "
            "read_api and read_repository and set it; or unset both to use the sample organisation."
        )
    if settings.gitlab_api_url is None and settings.gitlab_api_token is not None:
        raise NotReady(
            "GITLAB_API_TOKEN is set, GITLAB_API_URL is not. Set it to your GitLab's address, for "
            "example https://gitlab.example.com; or unset both to use the sample organisation."
        )
