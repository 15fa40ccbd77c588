"""Which pipelines GitLab's lists hold: those of REST and GraphQL go through one finder."""

from collections.abc import Collection

from lotus_assets.standin.gitlab.store import Payload, ProjectData

CHILD_SOURCE = "parent_pipeline"


def listed(data: ProjectData, source: str | None) -> Collection[Payload]:
    """A project's pipelines of a source, or all; children only where their source is asked for.

    So `Ci::PipelinesFinder#prefiltered_pipelines` of GitLab's sources. An unknown source filters
    nothing there; here it finds nothing, which nobody asks for.
    """
    rows = data.pipelines.values()
    if source is None:
        return [row for row in rows if row["source"] != CHILD_SOURCE]
    return [row for row in rows if row["source"] == source]
