"""Child pipelines: GitLab lists them only where their source is asked for.

So `Ci::PipelinesFinder` of its sources, which REST and GraphQL share.
"""

from dataclasses import replace

from lotus_assets.sources.gitlab.lists.pipelines import PIPELINES

CHILD_PIPELINES = replace(PIPELINES, name="child_pipelines")
