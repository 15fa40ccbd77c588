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
        counts = Counter(entry.prefix for entry in mapping)
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

        columns = ["org", "business_line", "team"]
        assigned = pd.DataFrame(
            [[self.org, UNMAPPED, UNMAPPED]], index=paths.index, columns=columns, dtype=object
        )
        for entry in sorted(self.mapping, key=lambda entry: len(entry.prefix)):
            is_below = is_under(paths, entry.prefix)
            assigned.loc[is_below, columns[1:]] = [entry.business_line, entry.team]
        return assigned.astype("string")


def is_under(paths: "pd.Series", prefix: str) -> "pd.Series":
    """Whether each path is `prefix` or lies under it; `a/bc` does not lie under `a/b`."""
    return (paths + "/").str.startswith(f"{prefix}/", na=False).astype(bool)


def read_organisation(path: Path) -> Organisation:
    """Read an org file (TEM_ORG_FILE).

    Raises:
        ConfigurationFileError: with the file, line and key of every fault.
    """
    return read_yaml(path, Organisation)
