"""A plan as one page: it loads and runs nothing, holds everything, and the record's text stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from sample_plans import ALL, heart_kidney_diabetes, hostile

from agent.faces.html import plan_html
from tools.clinical.plan import Plan


class Page(HTMLParser):
    """Tags, ids and links of a page; complains of tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in ("meta", "link", "br", "hr", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_the_page_is_well_formed_and_loads_and_runs_nothing(make: Callable[[], Plan]) -> None:
    text = plan_html(make())
    page = Page(text)
    assert not {"script", "img", "iframe", "object", "link", "form"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"]
    assert [link for link in page.links if not link.startswith("#")] == []
    assert "default-src 'none'" in text


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_every_link_leads_to_one_place_of_the_page(make: Callable[[], Plan]) -> None:
    page = Page(plan_html(make()))
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_every_item_and_issue_has_its_place() -> None:
    plan = heart_kidney_diabetes()
    page = Page(plan_html(plan))
    shown = {issue.id for issue in plan.issues if not issue.suppressed}
    assert {item.id for item in plan.items} | shown | {question.id for question in plan.questions} <= set(page.ids)


def test_text_of_the_record_stays_text() -> None:
    text = plan_html(hostile())
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "{{ 7*7 }}" in text


def test_headings_never_skip_a_level() -> None:
    levels = [int(tag[1]) for tag in Page(plan_html(heart_kidney_diabetes())).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
