"""The org file: which group prefix is which business line and team."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from lotus_assets.sources.yaml_file import read_yaml

if TYPE_CHECKING:
    import pandas as pd

UNMAPPED = "Unmapped"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
GroupPath = Annotated[Name, AfterValidator(lambda path: path.strip("/")), Field(min_length=1)]


class Mapping(BaseModel):
    """Projects under `prefix` belong to this business line and team."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: GroupPath
    business_line: Name
    team: Name


class Organisation(BaseModel):
    """The org, the groups to discover, and how group paths map to business lines and teams."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    org: Name
    roots: tuple[GroupPath, ...] = Field(min_length=1)
    mapping: tuple[Mapping, ...] = ()

    @field_validator("mapping")
    @classmethod
    def _prefixes_are_distinct(cls, mapping: tuple[Mapping, ...]) -> tuple[Mapping, ...]:
        counts = Counter(entry.prefix.lower() for entry in mapping)
        repeated = sorted(prefix for prefix, count in counts.items() if count > 1)
        if repeated:
            raise ValueError(f"names a prefix more than once: {', '.join(repeated)}")
        return mapping

    def assigned(self, paths: "pd.Series") -> "pd.DataFrame":
        """`org`, `business_line` and `team` of each project path, on the index of `paths`.

        The longest matching group-path prefix wins; a project that matches nothing is `Unmapped`.
        """
        # Here, because commands read the file before anybody needs a frame.
        import pandas as pd

        from lotus_assets.engine.delivery.patterns import longest_prefix

        prefixes = pd.Series([entry.prefix for entry in self.mapping], dtype="string")
        places = [(self.org, entry.business_line, entry.team) for entry in self.mapping]
        # The last stands for position -1: no prefix.
        places.append((self.org, UNMAPPED, UNMAPPED))
        levels = pd.DataFrame(places, columns=["org", "business_line", "team"], dtype="string")
        position = longest_prefix(paths, prefixes) % len(places)
        return levels.iloc[position].set_axis(paths.index)


def read_organisation(path: Path) -> Organisation:
    """Read an org file (TEM_ORG_FILE).

    Raises:
        ConfigurationFileError: with the file, line and key of every fault.
    """
    return read_yaml(path, Organisation)
