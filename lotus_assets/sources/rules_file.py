"""The rules file: what counts as production, rollback, bug, bot; targets of metrics."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from lotus_assets.engine.delivery.group_paths import lies_under
from lotus_assets.engine.delivery.metric_keys import EXPORT_ORDER
from lotus_assets.sources.organisation_file import GroupPath, Name
from lotus_assets.sources.yaml_file import read_yaml


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return pattern


Pattern = Annotated[Name, AfterValidator(_compiles)]

_LEADING_FLAGS = re.compile(r"^\(\?([aimsux]+)\)(.*)$", re.DOTALL)
"""`(?i)…` may only stand in front of a whole expression; `(?i:…)` may stand anywhere."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SlaTarget(_Section):
    """An issue with this label is to be closed within so many days."""

    label: Name
    target_days: float = Field(gt=0)


class ProductionOverride(_Section):
    """How production deployments are told under `path`, in place of the rule that would apply.

    `environments` names environments (rule `environments`); `ref_patterns` are regular
    expressions searched in a pipeline's ref (rules `releases` and `default_branch`).
    """

    path: GroupPath
    rule: Literal["environments", "releases", "default_branch"]
    environments: tuple[Name, ...] = ()
    ref_patterns: tuple[Pattern, ...] = ()

    @property
    def ref_pattern(self) -> str | None:
        """One expression that is found where any of `ref_patterns` is; None without any."""
        parts = [_LEADING_FLAGS.sub(r"(?\1:\2)", pattern) for pattern in self.ref_patterns]
        return "|".join(f"(?:{part})" for part in parts) or None

    @model_validator(mode="after")
    def _fits_the_rule(self) -> "ProductionOverride":
        if self.environments and self.rule != "environments":
            raise ValueError(f"environments do not go with rule {self.rule}")
        if self.ref_patterns and self.rule == "environments":
            raise ValueError("ref_patterns do not go with rule environments")
        return self


def _known(metric: str) -> str:
    if metric not in EXPORT_ORDER:
        raise ValueError(f"no metric; docs/METRICS.md lists them: {', '.join(EXPORT_ORDER)}")
    return metric


class MetricTarget(_Section):
    """What a metric is to reach, in its unit: hours, seconds, a count, a share from 0 to 1.

    For a business line, or for the organisation and every line that has no target of its own.
    """

    metric: Annotated[Name, AfterValidator(_known)]
    value: float = Field(ge=0, allow_inf_nan=False)
    business_line: Name | None = None


class Override(_Section):
    """Rules that hold under `path` instead of the file's own; longest path wins, key by key."""

    path: GroupPath
    sla: tuple[SlaTarget, ...] | None = None
    bug_labels: tuple[Name, ...] | None = None
    escaped_labels: tuple[Name, ...] | None = None
    escape_days: int | None = Field(default=None, ge=0)
    force_push_threshold: int | None = Field(default=None, ge=0)
    rollback_pattern: Pattern | None = None


class Rules(_Section):
    """Every rule, with its default."""

    sla: tuple[SlaTarget, ...] = (SlaTarget(label="severity::1", target_days=2),)
    bug_labels: tuple[Name, ...] = ("bug", "type::bug")
    escaped_labels: tuple[Name, ...] = ("escaped",)
    escape_days: int = Field(default=14, ge=0)
    force_push_threshold: int = Field(default=2, ge=0)
    rollback_pattern: Pattern = "(?i)rollback|revert"
    bot_patterns: tuple[Pattern, ...] = (
        r"^(project|group)_\d+_bot(_[0-9a-f]+)?$",
        r"^service_account(_.*)?$",
        r"^merge[-_]?bot$",
    )
    production: tuple[ProductionOverride, ...] = ()
    overrides: tuple[Override, ...] = ()
    targets: tuple[MetricTarget, ...] = ()

    @model_validator(mode="after")
    def _has_one_target_each(self) -> "Rules":
        places = [(target.metric, target.business_line) for target in self.targets]
        repeated = sorted({metric for metric, line in places if places.count((metric, line)) > 1})
        if repeated:
            raise ValueError(f"targets has more than one for {', '.join(repeated)}")
        return self

    def target(self, metric: str, business_line: str = "") -> float | None:
        """What the metric is to reach there; None where nothing is set."""
        by_line = {
            target.business_line or "": target.value
            for target in self.targets
            if target.metric == metric
        }
        return by_line.get(business_line, by_line.get(""))

    def for_project(self, path: str) -> "Rules":
        """The rules that hold for the project at `path`, its overrides applied.

        `production` keeps at most the one entry that applies; `targets` are no project's.
        """
        changes: dict[str, Any] = {}
        for entry in sorted(self.overrides, key=lambda entry: len(entry.path)):
            if lies_under(path, entry.path):
                given = {name: getattr(entry, name) for name in entry.model_fields_set}
                changes |= {name: value for name, value in given.items() if value is not None}
        changes.pop("path", None)
        entries = [entry for entry in self.production if lies_under(path, entry.path)]
        longest = sorted(entries, key=lambda entry: len(entry.path))[-1:]
        return self.model_copy(
            update=changes | {"production": tuple(longest), "overrides": (), "targets": ()}
        )


def read_rules(path: Path | None) -> Rules:
    """Read a rules file (TEM_RULES_FILE); without a path, the defaults.

    Raises:
        ConfigurationFileError: with the file, line and key of every fault.
    """
    return Rules() if path is None else read_yaml(path, Rules)
