"""The metric catalogue: every metric in the order of the exports.

A new metric is an entry in the file of its subject, and its key in `engine.delivery.metric_keys`.
"""

from lotus_assets.analytics.delivery import (
    deployment_metrics,
    git_metrics,
    issue_metrics,
    merge_request_metrics,
    pipeline_metrics,
)
from lotus_assets.analytics.delivery.metric import Metric
from lotus_assets.engine.delivery.metric_keys import EXPORT_ORDER


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
