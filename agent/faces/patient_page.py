"""The patient page as one HTML file: large type, no script, no request, one or two sheets of paper."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from agent.faces.html import TEMPLATES, digest_of, environment
from agent.patient import Page

_SHORT = 5600
"""Characters that fit on two sheets of paper in larger type."""


def patient_html(page: Page) -> str:
    """The whole page as one string of HTML; every value is escaped, and the page's own policy forbids all but its style sheet."""
    style = _style_sheet()
    template = environment().get_template("patient.html.j2")
    return template.render(page=page, short=_length(page) <= _SHORT, style=Markup(style), style_digest=digest_of(style))  # noqa: S704 - our own file


def _length(page: Page) -> int:
    lines = sum(len(line) for part in page.parts for line in part.lines)
    return lines + sum(len(row.label) + len(row.text) for part in page.parts for card in part.cards for row in card.rows)


def content_policy() -> str:
    """What a server sends with the page: its one style sheet and nothing else; no other page may frame it."""
    return f"default-src 'none'; style-src '{digest_of(_style_sheet())}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@lru_cache(maxsize=1)
def _style_sheet() -> str:
    return (TEMPLATES / "patient.css").read_text("utf-8")
