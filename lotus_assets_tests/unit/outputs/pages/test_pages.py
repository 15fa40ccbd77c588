"""Pages as bytes, and the folder that holds them."""

import base64
import hashlib
import re
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import pytest

from lotus_assets.outputs.pages.light import Light
from lotus_assets.outputs.pages.page_files import write_pages
from lotus_assets.outputs.pages.rendering import PageFrame, page_html

HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
TEMPLATE = '{% extends "pages/base.html.jinja" %}{% block main %}<p>{{ words }}</p>{% endblock %}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "some.html.jinja").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def page(folder: Path, words: str = "words", path: str = "index.html") -> str:
    frame = PageFrame(
        PurePosixPath(path),
        words,
        datetime(2026, 3, 2, 4, 5, tzinfo=UTC),
        date(2026, 3, 1),
        light=Light("amber", words),
    )
    return page_html(folder, "some.html.jinja", frame, words=words).decode()


def test_whatever_a_text_holds_it_stays_text(folder: Path) -> None:
    assert page(folder, HOSTILE).count("<script") == page(folder).count("<script")
    assert "<img" not in page(folder, HOSTILE)


def test_only_its_own_style_and_scripts_act(folder: Path) -> None:
    text = page(folder)
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)
    for kind in ("style", "script"):
        for content in re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"sha256-{digest}" in policy.replace("&#39;", "'").replace("&#43;", "+")
    assert "unsafe" not in policy
    assert "style=" not in text
    assert "'self'" not in policy.replace("&#39;", "'")


def test_the_foot_names_the_day_and_the_head_the_light(folder: Path) -> None:
    text = page(folder)
    assert "as of the end of 1 March 2026" in text
    assert '<time datetime="2026-03-02T04:05Z">' in text
    assert 'class="light amber"' in text


def test_links_lead_up_from_a_page_below(folder: Path) -> None:
    assert 'href="../../index.html"' in page(folder, path="portfolios/A/index.html")
    assert 'href="index.html" aria-current="page"' in page(folder)


def test_the_same_content_gives_the_same_bytes(folder: Path) -> None:
    assert page(folder) == page(folder)


def test_a_page_that_is_no_longer_made_goes_and_other_sets_stay(tmp_path: Path) -> None:
    write_pages(tmp_path, "portfolios", {"portfolios/index.html": b"1"})
    write_pages(tmp_path, "engineering", {"index.html": b"1", "teams/a.html": b"1"})
    write_pages(tmp_path, "engineering", {"index.html": b"2"})
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.html")}
    assert there == {"index.html", "portfolios/index.html"}
    assert (tmp_path / "index.html").read_bytes() == b"2"


def test_a_page_that_cannot_be_written_changes_no_other(tmp_path: Path) -> None:
    write_pages(tmp_path, "engineering", {"index.html": b"old"})
    (tmp_path / "teams").write_bytes(b"a file where a folder should be")
    with pytest.raises(OSError, match="teams"):
        write_pages(tmp_path, "engineering", {"index.html": b"new", "teams/a.html": b"new"})
    assert (tmp_path / "index.html").read_bytes() == b"old"
    assert not list(tmp_path.rglob("*.unfinished"))
