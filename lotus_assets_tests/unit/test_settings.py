"""Settings: what the environment means, and that the README says so."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import AliasChoices, ValidationError
from pydantic_settings import BaseSettings

from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings, faults

README = Path(__file__).parents[2] / "README.md"


EVERY = (Settings, InputSettings, CoreSettings, ApiSettings)
SHARED = {
    "TEM_DB_CONNECTION",
    "TEM_DATA_DIR",
    "LOTUS_CORE_URL",
    "GITLAB_API_URL",
    "TIMEZONE",
}
"""Named by several; the first of them says what they mean."""


def rows_of(settings: type[BaseSettings]) -> Iterator[tuple[str, str, str]]:
    """Name, default and meaning of each variable, as a table shows them."""
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        shown = str(alias.choices[0]) if isinstance(alias, AliasChoices) else name.upper()
        default = field.default
        if isinstance(default, tuple):
            default = ",".join(default)
        is_shown = default is not None and field.default_factory is None
        yield shown, f"`{default}`" if is_shown else "", field.description or ""


@pytest.mark.parametrize("settings", EVERY)
def test_the_readme_lists_every_variable_with_its_default_and_meaning(
    settings: type[BaseSettings],
) -> None:
    text = README.read_text(encoding="utf-8")
    for name, default, meaning in rows_of(settings):
        if settings in {Settings, InputSettings} or name not in SHARED:
            assert f"| `{name}` | {default} | {meaning} |" in text


def test_every_variable_has_a_default() -> None:
    settings = Settings()
    assert settings.tem_backfill_days == 180
    assert settings.root_groups == ()


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_API_URL", "")
    monkeypatch.setenv("TEM_BACKFILL_DAYS", "")
    assert Settings().gitlab_api_url is None
    assert Settings().tem_backfill_days == 180


def test_groups_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEM_ROOT_GROUPS", " toman/core/ , toman/exchange,")
    assert Settings().root_groups == ("toman/core", "toman/exchange")


def test_now_is_the_instant_of_the_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEM_AS_OF", "2026-03-31T12:00:00+02:00")
    assert Settings().now() == datetime(2026, 3, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TEM_AS_OF", "2026-03-31T12:00:00", "an offset is missing"),
        ("TIMEZONE", "Europe/Atlantis", "Europe/Atlantis is no time zone"),
        ("TIMEZONE", "../zone", "../zone is no time zone"),
        ("TEM_QUARANTINE_LIMIT", "2", "less than or equal to 1"),
        ("GITLAB_API_URL", "gitlab.example.com", "gitlab.example.com is no address"),
        ("LOTUS_CORE_URL", "ftp://core.example.com", "ftp://core.example.com is no address"),
        ("LOTUS_DAGSTER_PORT", "65536", "less than or equal to 65535"),
        ("TEM_DB_CONNECTION", "nonsense", "not a URL; expected postgresql://"),
        ("TEM_DB_CONNECTION", "postgresql://127.0.0.1:port/lotus", "not a URL"),
        ("LOTUS_CORE_DB_CONNECTION", "sqlite:///lotus.db", "sqlite is not supported"),
        ("LOTUS_CORE_PORT", "-1", "greater than or equal to 1"),
        ("LOTUS_CORE_GROUP_BY", ",", "one dimension at least"),
        ("LOTUS_CORE_GROUP_BY", "sector, sector", "each once"),
        ("LOTUS_API_PORT", "0", "greater than or equal to 1"),
        ("LOTUS_API_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO'"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    said = []
    for settings in EVERY:
        try:
            settings()
        except ValidationError as invalid:
            said.append(faults(invalid))
    assert said
    assert all(each.startswith(f"{variable}: ") and message in each for each in said)


def test_an_address_stays_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTUS_CORE_URL", "http://127.0.0.1:8001")
    assert InputSettings().lotus_core_url == "http://127.0.0.1:8001"


def test_a_wrong_value_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEM_DB_CONNECTION", "mysql://me:a-secret@127.0.0.1/lotus")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "a-secret" not in str(refused.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_API_TOKEN", "a-secret")
    assert "a-secret" not in repr(Settings())
