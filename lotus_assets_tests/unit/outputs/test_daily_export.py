"""The daily files: their contract, to the byte."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import PurePosixPath

import pandas as pd
import pytest

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.outputs.daily_export import daily_files
from lotus_assets.tables.table import gate

DAY = date(2026, 3, 31)
ORG = ("Toman", "", "", "")
REPO = ("Toman", "Core/Platform", "Platform", "toman/core/checkout")
ROWS = [
    (DAY, *ORG, "mr_throughput_wk", 14.0),
    (DAY, *ORG, "approval_bypass_ratio", None),
    (DAY, *ORG, "mr_cycle_time_p50_h", 21.3),
    (DAY, *REPO, "mr_cycle_time_p50_h", 0.1 + 0.2),
    (DAY, *REPO, "approval_bypass_ratio", 1.0),
    (DAY, *REPO, "mr_throughput_wk", 0.0),
    (date(2026, 3, 30), *ORG, "mr_throughput_wk", 99.0),
]


def table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    columns = metric_daily.TABLE.columns[: len(rows[0])]
    frame = pd.DataFrame(rows, columns=columns).assign(
        projects_left_out=0, reason=None, sample_size=6, population_size=8
    )
    return gate(metric_daily.TABLE, frame.assign(date=pd.to_datetime(frame["date"]))).good


DETAILS = """    "details": {
      "mr_cycle_time_p50_h": {
        "name": "Cycle time, median",
        "unit": "h",
        "competency": "Coding & Code Review",
        "from": "2026-03-02",
        "to": "2026-03-31",
        "sample_size": 6,
        "population_size": 8,
        "counted": "merge requests"
      },
      "mr_throughput_wk": {
        "name": "Merge requests merged",
        "unit": "count",
        "competency": "Coding & Code Review",
        "from": "2026-03-25",
        "to": "2026-03-31",
        "sample_size": 6,
        "population_size": 8,
        "counted": "merge requests"
      },
      "approval_bypass_ratio": {
        "name": "Merged with too few approvals",
        "unit": "ratio",
        "competency": "Git & GitOps",
        "from": "2026-03-02",
        "to": "2026-03-31",
        "sample_size": 6,
        "population_size": 8,
        "counted": "merge requests"
      }
    }
"""
JSON = f"""[
  {{
    "date": "2026-03-31",
    "org": "Toman",
    "business_line": null,
    "team": null,
    "repo": null,
    "metrics": {{
      "mr_cycle_time_p50_h": 21.3,
      "mr_throughput_wk": 14,
      "approval_bypass_ratio": null
    }},
{DETAILS}  }},
  {{
    "date": "2026-03-31",
    "org": "Toman",
    "business_line": "Core/Platform",
    "team": "Platform",
    "repo": "toman/core/checkout",
    "metrics": {{
      "mr_cycle_time_p50_h": 0.30000000000000004,
      "mr_throughput_wk": 0,
      "approval_bypass_ratio": 1.0
    }},
{DETAILS}  }}
]
"""
PLACE = "2026-03-31,Toman,Core/Platform,Platform,toman/core/checkout"
CSV = f"""date,org,business_line,team,repo,metric,value,unit,competency
2026-03-31,Toman,,,,approval_bypass_ratio,,ratio,Git & GitOps
2026-03-31,Toman,,,,mr_cycle_time_p50_h,21.3,h,Coding & Code Review
2026-03-31,Toman,,,,mr_throughput_wk,14,count,Coding & Code Review
{PLACE},approval_bypass_ratio,1.0,ratio,Git & GitOps
{PLACE},mr_cycle_time_p50_h,0.30000000000000004,h,Coding & Code Review
{PLACE},mr_throughput_wk,0,count,Coding & Code Review
"""


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]], ids=["in order", "reversed"])
def test_the_same_rows_in_any_order_give_the_same_bytes(rows: Sequence[tuple[object, ...]]) -> None:
    assert daily_files(table(rows), DAY) == {
        PurePosixPath("daily/2026-03-31.json"): JSON.encode(),
        PurePosixPath("daily/2026-03-31.csv"): CSV.encode(),
    }


def test_names_are_utf8_and_quoted_where_a_comma_stands() -> None:
    files = daily_files(table([(DAY, "Tomán, B.V.", "", "", "", "wip_count", 1.0)]), DAY)
    texts = [content.decode("utf-8") for content in files.values()]
    assert '"org": "Tomán, B.V."' in texts[0]
    assert '2026-03-31,"Tomán, B.V.",,,,wip_count,1,count' in texts[1]


def test_whom_a_figure_leaves_out_and_why_there_is_none_stands_beside_the_metrics() -> None:
    figures = [
        (*ROWS[0][:6], 3.0, 2, None, 3, 3),
        (*ROWS[1][:6], None, 0, None, 0, 3),
        (*ROWS[2][:6], None, 4, "window_before_collection", 0, 0),
    ]
    frame = pd.DataFrame(figures, columns=metric_daily.TABLE.columns)
    rows = gate(metric_daily.TABLE, frame.assign(date=pd.to_datetime(frame["date"]))).good
    (org,) = json.loads(daily_files(rows, DAY)[PurePosixPath("daily/2026-03-31.json")])
    assert org["metrics"] == {
        "mr_cycle_time_p50_h": None,
        "mr_throughput_wk": 3,
        "approval_bypass_ratio": None,
    }
    assert org["projects_left_out"] == {"mr_cycle_time_p50_h": 4, "mr_throughput_wk": 2}
    assert org["reasons"] == {"mr_cycle_time_p50_h": "window_before_collection"}


def test_what_each_figure_is_stands_beside_it() -> None:
    files = daily_files(table(ROWS), DAY)
    (org, _) = json.loads(files[PurePosixPath("daily/2026-03-31.json")])
    assert list(org["details"]) == list(org["metrics"])
    assert org["details"]["mr_throughput_wk"] == {
        "name": BY_KEY["mr_throughput_wk"].name,
        "unit": "count",
        "competency": "Coding & Code Review",
        "from": "2026-03-25",
        "to": "2026-03-31",
        "sample_size": 6,
        "population_size": 8,
        "counted": "merge requests",
    }
    assert org["details"]["mr_cycle_time_p50_h"]["from"] == "2026-03-02"


def test_the_state_at_the_end_of_a_day_is_of_that_day() -> None:
    files = daily_files(table([(DAY, *ORG, "wip_count", 1.0)]), DAY)
    (org,) = json.loads(files[PurePosixPath("daily/2026-03-31.json")])
    window = org["details"]["wip_count"]
    assert (window["from"], window["to"]) == ("2026-03-31", "2026-03-31")


def test_a_day_without_rows_is_no_empty_export() -> None:
    with pytest.raises(ValueError, match="no row of 2026-04-01"):
        daily_files(table(ROWS), date(2026, 4, 1))


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        daily_files(table([(DAY, *ORG, "nonsense", 1.0)]), DAY)
