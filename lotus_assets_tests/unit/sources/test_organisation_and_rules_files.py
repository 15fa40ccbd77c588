"""The reader's YAML files: what they mean, and what is said when they are wrong."""

from pathlib import Path

import pandas as pd
import pytest
from pydantic import BaseModel

from lotus_assets.sources.organisation_file import Organisation, read_organisation
from lotus_assets.sources.rules_file import Rules, read_rules
from lotus_assets.sources.yaml_file import ConfigurationFileError, parse_yaml

SAMPLE = Path(__file__).parents[3] / "lotus_assets" / "standin" / "sample_organisation.yaml"


def faults(text: str, model: type[BaseModel]) -> list[str]:
    with pytest.raises(ConfigurationFileError) as caught:
        parse_yaml(text, model, "file.yaml")
    return str(caught.value).splitlines()


def test_the_sample_maps_the_four_business_lines() -> None:
    organisation = read_organisation(SAMPLE)
    paths = pd.Series(
        [
            "toman/core/checkout",
            "toman/core/identity/accounts",
            "toman/corporate-services/payroll",
            "toman/exchange/orderbook",
            "toman/c-side/web-shop",
            "elsewhere/tool",
        ]
    )
    places = organisation.assigned(paths)
    assert set(places["org"]) == {"Toman"}
    assert places["business_line"].tolist() == [
        "Core/Platform",
        "Core/Platform",
        "Corporate Services",
        "Exchange",
        "C-Side",
        "Unmapped",
    ]
    assert places["team"].tolist()[:2] == ["Platform", "Identity"]
    assert organisation.roots == (
        "toman/core",
        "toman/corporate-services",
        "toman/exchange",
        "toman/c-side",
    )


ORGANISATION = """org: Toman
roots: [toman/core]
mapping:
  - {prefix: toman/core, business_line: Core/Platform, team: Platform}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ORGANISATION + "  - {prefix: toman/x, business_line: X}\n",
            "file.yaml, line 5: mapping[1].team: required key is missing",
        ),
        (ORGANISATION + "rots: []\n", "file.yaml, line 5: rots: unknown key"),
        (
            ORGANISATION + "  - prefix: toman/x\n    business_line: 7\n    team: X\n",
            "file.yaml, line 6: mapping[1].business_line: Input should be a valid string",
        ),
        (ORGANISATION + "org: Twice\n", "file.yaml, line 5: org: given twice"),
        (
            ORGANISATION + "  - {prefix: /toman/core/, business_line: X, team: X}\n",
            "file.yaml, line 3: mapping: names a prefix more than once: toman/core",
        ),
        (ORGANISATION + "  - {prefix: [\n", "file.yaml, line 6: no YAML: "),
        ("", "file.yaml, line 1: org: required key is missing"),
        ("just text", "file.yaml, line 1: the whole file: "),
        ("org: \0", "file.yaml: no YAML: "),
        ("org: &same [*same]", "file.yaml, line 1: org: Input should be a valid string"),
    ],
)
def test_faults_of_an_org_file_name_line_and_key(text: str, message: str) -> None:
    assert any(fault.startswith(message) for fault in faults(text, Organisation))


def test_every_fault_is_named_at_once() -> None:
    assert len(faults("org: ''\nroots: []\nsurplus: 1\n", Organisation)) == 3


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFileError, match=r"absent\.yaml: cannot be read"):
        read_organisation(tmp_path / "absent.yaml")


def test_defaults_are_those_of_the_specification() -> None:
    rules = read_rules(None)
    assert (rules.force_push_threshold, rules.escape_days) == (2, 14)
    assert rules.bug_labels == ("bug", "type::bug")
    assert rules.escaped_labels == ("escaped",)
    assert [(target.label, target.target_days) for target in rules.sla] == [("severity::1", 2)]
    assert rules.production == ()


RULES = """sla:
  - {label: urgent, target_days: 1}
  - {label: normal, target_days: 10.5}
rollback_pattern: undo
production:
  - {path: toman, rule: releases, ref_patterns: ["^v"]}
  - {path: toman/core/checkout, rule: environments, environments: [prod-eu]}
overrides:
  - {path: toman/core, escape_days: 7, bug_labels: [defect]}
  - {path: toman/core/checkout, escape_days: 3}
"""


def test_rules_of_the_longest_path_win_key_by_key(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    rules = read_rules(path)
    checkout = rules.for_project("toman/core/checkout")
    assert (checkout.escape_days, checkout.bug_labels) == (3, ("defect",))
    assert [entry.path for entry in checkout.production] == ["toman/core/checkout"]
    other = rules.for_project("toman/corex/tool")
    assert (other.escape_days, other.bug_labels) == (14, ("bug", "type::bug"))
    assert [entry.rule for entry in other.production] == ["releases"]
    assert other.rollback_pattern == "undo"
    assert Rules().for_project("elsewhere/tool") == Rules()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "rollback_pattern: '('\n",
            "file.yaml, line 1: rollback_pattern: no regular expression: ",
        ),
        ("escape_days: -1\n", "file.yaml, line 1: escape_days: "),
        ("\nsla:\n- {label: a, target_days: 0}\n", "file.yaml, line 3: sla[0].target_days: "),
        (
            "production:\n- {path: a, rule: weather}\n",
            "file.yaml, line 2: production[0].rule: ",
        ),
        (
            "production:\n- path: a\n  rule: releases\n  environments: [x]\n",
            "file.yaml, line 2: production[0]: environments do not go with rule releases",
        ),
        (
            "production:\n- {path: a, rule: environments, ref_patterns: [x]}\n",
            "file.yaml, line 2: production[0]: ref_patterns do not go with rule environments",
        ),
        ("overrides:\n- {path: a, bots: []}\n", "file.yaml, line 2: overrides[0].bots: unknown"),
    ],
)
def test_faults_of_a_rules_file_name_line_and_key(text: str, message: str) -> None:
    assert any(fault.startswith(message) for fault in faults(text, Rules)), faults(text, Rules)


def test_targets_are_of_known_metrics_and_one_a_place() -> None:
    rules = parse_yaml(
        "targets:\n"
        "  - {metric: rework_rate, value: 0.2}\n"
        "  - {metric: rework_rate, value: 0.3, business_line: Exchange}\n",
        Rules,
        "rules.yaml",
    )
    assert rules.target("rework_rate") == rules.target("rework_rate", "C-Side") == 0.2
    assert rules.target("rework_rate", "Exchange") == 0.3
    assert rules.target("wip_count") is None
    [unknown] = faults("targets: [{metric: velocity, value: 3}]", Rules)[-1:]
    assert "docs/METRICS.md lists them: lead_time_p50_h" in unknown
    twice = "targets:\n" + "  - {metric: wip_count, value: 3}\n" * 2
    assert any("more than one for wip_count" in fault for fault in faults(twice, Rules))
    assert faults("targets: [{metric: wip_count, value: -1}]", Rules)
