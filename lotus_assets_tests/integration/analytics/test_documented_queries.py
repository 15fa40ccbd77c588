"""The queries of docs/ANALYTICS.md explain the stored figures."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from lotus_assets_tests.integration.analytics.conftest import AS_OF, Collected

DOCUMENT = Path(__file__).parents[3] / "docs" / "ANALYTICS.md"
QUERIES = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def test_a_figure_is_the_product_of_its_days(collected: Collected) -> None:
    days, product = QUERIES
    with collected.engine.connect() as connection:
        rows = connection.execute(text(days)).all()
        [found] = connection.execute(text(product)).all()
    assert AS_OF - timedelta(days=366) < rows[0].perf_date < AS_OF - timedelta(days=350)
    assert AS_OF - timedelta(days=7) < rows[-1].perf_date <= AS_OF
    growth = 1.0
    for row in rows:
        assert row.daily_return == pytest.approx(row.gain / row.capital)
        growth *= 1 + row.daily_return
    assert growth - 1 == pytest.approx(found.period_return, rel=1e-11)
    assert found.product == pytest.approx(found.period_return, rel=1e-11)
    assert found.header["portfolio_id"] == "PF-001"
