"""Settings: what the environment means, and that the README says so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import AliasChoices, ValidationError

from lotus_assets.settings import Settings

README = Path(__file__).parents[2] / "README.md"


def variables() -> list[str]:
    names = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names.append(str(alias.choices[0]) if isinstance(alias, AliasChoices) else name.upper())
    return names


def test_the_readme_lists_every_variable_with_its_default_and_meaning() -> None:
    text = README.read_text(encoding="utf-8")
    for name, field in zip(variables(), Settings.model_fields.values(), strict=True):
        default = "" if field.default is None else f"`{field.default}`"
        assert f"| `{name}` | {default} | {field.description} |" in text


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
        ("TEM_AS_OF", "2026-03-31T12:00:00", "needs an offset"),
        ("TIMEZONE", "Europe/Atlantis", "Atlantis"),
        ("TEM_QUARANTINE_LIMIT", "2", "less than or equal to 1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises((ValidationError, KeyError), match=message):
        Settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_API_TOKEN", "a-secret")
    assert "a-secret" not in repr(Settings())
