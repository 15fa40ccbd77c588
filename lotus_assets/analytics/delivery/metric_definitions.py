"""The definition of a metric as Markdown: for docs/METRICS.md, Dagster and whoever asks."""

from collections.abc import Iterable

from lotus_assets.analytics.delivery.metric import Family, Metric, MetricUnit, MetricWindow

WINDOWS = {
    MetricWindow.END_OF_DAY: "the end of the day D",
    MetricWindow.WEEK: "the 7 calendar days that end with D",
    MetricWindow.MONTH: "the 30 calendar days that end with D",
}
UNITS = {
    MetricUnit.COUNT: "a count",
    MetricUnit.HOURS: "hours",
    MetricUnit.SECONDS: "seconds",
    MetricUnit.RATIO: "a share, from 0 to 1",
}


def definition_text(metric: Metric) -> str:
    """One metric as a list of what is said of it."""
    told = {
        "key": f"`{metric.key}`",
        "definition": metric.definition,
        "over": f"{metric.over} Counted are {metric.counted}.",
        "window": f"{WINDOWS[metric.window]}.",
        "unit": f"{UNITS[metric.unit]}; {metric.direction}.",
        "no value": metric.empty,
        "example": metric.example,
        "evidence for": metric.competency,
        "from": f"`{metric.table.name}`",
    }
    return "".join(f"- **{word}**: {text}\n" for word, text in told.items())


def definitions_text(metrics: Iterable[Metric], level: int = 2) -> str:
    """The metrics by family, each under its name; `level` is that of the families' headings."""
    by_family: dict[Family, list[Metric]] = {family: [] for family in Family}
    for metric in metrics:
        by_family[metric.family].append(metric)
    head, subhead = "#" * level, "#" * (level + 1)
    return "\n".join(
        f"{head} {family}\n\n"
        + "\n".join(f"{subhead} {metric.name}\n\n{definition_text(metric)}" for metric in members)
        for family, members in by_family.items()
    )
