"""What is kept of texts: closing references and hashes; what is not: addresses."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.sources.gitlab.closing import closing_references
from lotus_assets.sources.gitlab.email_hash import EmailHash, redacted


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("Closes #12", ["#12"]),
        ("This fixes #1, #2 and #3.", ["#1", "#2", "#3"]),
        ("Fix: #4", ["#4"]),
        (
            "Resolving issue #5, issues #6 and group/sub/project#7",
            ["#5", "#6", "group/sub/project#7"],
        ),
        ("implemented toman/core/ledger#8", ["toman/core/ledger#8"]),
        ("Closes https://gitlab.example.com/group/project/-/issues/9", ["group/project#9"]),
        ("Closes https://gitlab.example.com/group/project/-/work_items/10", ["group/project#10"]),
        ("Closes https://code.example.com/group/project/issues/11", []),
        ("Relates to #12; see #13", []),
        ("prefixes #14", []),
        ("Close the door", []),
        ("Closes #15\n\nCloses #15 and #16", ["#15", "#16"]),
        ("Closes #1\n\n#2 is the follow-up", ["#1"]),
        ("Closes #1,\n#2", ["#1"]),
        ("Closes\n#1", []),
        ("Closes\t#1", []),
        ("Closes #1 , and #2 #3", ["#1", "#2", "#3"]),
        ("Closes #123abc", []),
        ("Closes #123_4", []),
        ("Closes #5+s", ["#5"]),
        ("Closes backend#7 and GL-8", ["backend#7", "#8"]),
        ("Closes backend.git#7", []),
        ("Closes #0000", []),
        ("Closes #0000, #12", ["#12"]),
        ("Closes #99999999999", []),
        ("Closes #007", ["#7"]),
        ("Closes: https://example.com/what#1, #9", ["#9"]),
        ("Closes https://gitlab.example.com/g/p/-/issues/9abc", []),
        ("Closes https://gitlab.example.com/g/p/-/issues/9#note_3.", ["g/p#9"]),
        ("Closes ABC-12#3", ["ABC-12#3"]),
        ("Closes ABC-12", []),
        ("encloses #4", []),
        ("Related to #1. Closes #17", ["#17"]),
        ("", []),
        (None, []),
    ],
)
def test_closing_pattern(text: str | None, references: list[str]) -> None:
    assert closing_references(text) == references


def test_old_addresses_count_on_our_own_host_only() -> None:
    text = "Closes https://gitlab.example.com/group/project/issues/11"
    assert closing_references(text, host="gitlab.example.com") == ["group/project#11"]


@given(st.text(max_size=2_000))
def test_any_text_is_read(text: str) -> None:
    assert all("#" in reference for reference in closing_references("Closes " + text))


def test_address_hash_is_of_the_normal_form() -> None:
    expected = hashlib.sha256(b"ann@example.com").hexdigest()
    assert EmailHash().of("  Ann@Example.com ") == expected
    keyed = hmac.new(b"key", b"ann@example.com", hashlib.sha256).hexdigest()
    assert EmailHash("key").of("ann@example.com") == keyed
    assert EmailHash().of(" ") is None
    assert EmailHash().of(None) is None


def test_the_key_is_not_shown() -> None:
    assert "secret" not in repr(EmailHash("secret"))


def test_addresses_in_texts_are_replaced() -> None:
    assert redacted("Thanks to ann.b+c@mail.example.com!") == "Thanks to [e-mail]!"
    assert redacted("no address @ all") == "no address @ all"
    assert redacted(None) is None
