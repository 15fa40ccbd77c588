"""Hand-made GitLabs and real runs, for the checks."""

from lotus_assets_tests.integration.collected import collect, hand_made

__all__ = ["collect", "hand_made"]
