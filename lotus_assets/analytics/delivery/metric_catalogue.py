"""The metric catalogue: every metric in the order of the exports.

A new metric is an entry in the file of its subject, and its key in `EXPORT_ORDER`.
"""

from lotus_assets.analytics.delivery import (
    deployment_metrics,
    git_metrics,
    issue_metrics,
    merge_request_metrics,
    pipeline_metrics,
)
from lotus_assets.analytics.delivery.metric import Metric

EXPORT_ORDER = (
    "lead_time_p50_h",
    "lead_time_p90_h",
    "mr_cycle_time_p50_h",
    "mr_cycle_time_p90_h",
    "time_to_first_review_p50_h",
    "time_to_first_review_p90_h",
    "code_review_time_p50_h",
    "code_review_time_p90_h",
    "rework_rate",
    "mr_throughput_wk",
    "wip_count",
    "wip_age_p50_h",
    "wip_age_p90_h",
    "releases_wk",
    "semver_valid_ratio",
    "pipeline_success_rate",
    "mean_time_to_green_s",
    "pipeline_duration_avg_s",
    "critical_path_avg_s",
    "flaky_job_rate",
    "deployment_frequency_wk",
    "rollback_rate",
    "rollback_time_p50_h",
    "direct_pushes_wk",
    "force_pushes_protected_wk",
    "approval_bypass_ratio",
    "signed_commit_ratio",
    "branch_ttl_p50_h",
    "branch_ttl_p90_h",
    "branch_ttl_over_30d",
    "issue_sla_breach_rate",
    "issue_reopened_rate",
    "defect_escape_rate",
)
"""The order of the metrics in every export."""


def in_export_order(metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The metrics sorted as the exports list them.

    Raises:
        ValueError: a key is declared twice, the exports do not list it, or one is missing.
    """
    keys = [metric.key for metric in metrics]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    unlisted = sorted(set(keys) - set(EXPORT_ORDER))
    missing = sorted(set(EXPORT_ORDER) - set(keys))
    if repeated or unlisted or missing:
        raise ValueError(
            f"Metrics declared twice: {repeated}; not in EXPORT_ORDER: {unlisted}; "
            f"not declared: {missing}"
        )
    return tuple(sorted(metrics, key=lambda metric: EXPORT_ORDER.index(metric.key)))


CATALOGUE = in_export_order(
    (
        *merge_request_metrics.METRICS,
        *pipeline_metrics.METRICS,
        *deployment_metrics.METRICS,
        *git_metrics.METRICS,
        *issue_metrics.METRICS,
    )
)
BY_KEY = {metric.key: metric for metric in CATALOGUE}
