"""Hand-made GitLabs and real runs, for all acceptance tests."""

from lotus_assets_tests.integration.collected import collect, hand_made

__all__ = ["collect", "hand_made"]
