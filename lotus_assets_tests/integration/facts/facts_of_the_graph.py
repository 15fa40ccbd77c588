"""The facts that are worked out by project, in the order of the graph."""

from lotus_assets.facts import (
    fact_branch,
    fact_deployment,
    fact_flaky_job,
    fact_git_hygiene,
    fact_issue,
    fact_issue_closing,
    fact_lead_time,
    fact_mr,
    fact_pipeline,
    fact_release,
)

PROJECT_FACTS = (
    fact_mr.FACT,
    fact_deployment.FACT,
    fact_pipeline.FACT,
    fact_flaky_job.FACT,
    fact_lead_time.FACT,
    fact_git_hygiene.FACT,
    fact_branch.FACT,
    fact_issue.FACT,
    fact_issue_closing.FACT,
    fact_release.FACT,
)
