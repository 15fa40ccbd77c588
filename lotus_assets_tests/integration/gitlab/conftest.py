"""Fixtures of the tests that read the stand-in."""

from lotus_assets_tests.integration.gitlab.reading import (
    scene,
    young_store,
    young_world,
)

__all__ = ["scene", "young_store", "young_world"]
