"""Which organisation is measured: the org file's, or simply what the token can see."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lotus_assets.settings import Settings
from lotus_assets.sources.organisation_file import Organisation, read_organisation

if TYPE_CHECKING:
    from lotus_assets.sources.gitlab.source import GitLabSource


def organisation_of(settings: Settings) -> Organisation:
    """The org file's organisation; without a file, one named after GitLab's host, all Unmapped.

    Raises:
        ConfigurationFileError: the file cannot be used; it says where and why.
    """
    if settings.tem_org_file is not None:
        return read_organisation(settings.tem_org_file)
    host = urlsplit(settings.gitlab_api_url or "").hostname or "GitLab"
    # There is no file whose roots could be wrong, so nothing to validate.
    return Organisation.model_construct(org=host, roots=settings.root_groups, mapping=())


def root_groups_of(settings: Settings, source: "GitLabSource") -> tuple[str, ...]:
    """Groups to discover: TEM_ROOT_GROUPS, else the org file's, else those of the token's user."""
    return settings.root_groups or organisation_of(settings).roots or source.own_groups()
