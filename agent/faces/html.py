"""A plan as one HTML file: no script, no request, readable on paper, on a phone and by a screen reader.

Every value is made safe and escaped on its way into the page, and the page's own content policy forbids everything but its
one style sheet, so that text of the record can neither run nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agent.faces.bibliography import citation_words
from agent.faces.phrases import amount_words, banner_facts, course_words, dose_words, drafter_words, goal_words, how_words, when_words
from agent.faces.timeline import SIGN_WORDS, SIGNS, timeline
from agent.faces.view import View
from agent.faces.words import ACTION_WORDS, COVERAGE_WORDS, ISSUE_WORDS, TOPIC_WORDS, banner, disposition_words, name_words, sentence
from agent.faces.words_options import WHO_WORDS, effect_words, harms, ways
from agent.faces.words_replan import (
    BECAME_WORDS,
    CHANGE_WORDS,
    GOAL_WORDS,
    NEWS_WORDS,
    change_words,
    goal_state_words,
    since_words,
)
from agent.safe_text import readable
from tools.clinical.plan import Plan
from tools.clinical.replanned import Replan

TEMPLATES = Path(__file__).parent / "templates"


def plan_html(plan: Plan, replan: Replan | None = None) -> str:
    """The whole page as one string of HTML; with `replan`, also what became of the previous plan."""
    style = style_sheet()
    page = environment().get_template("plan.html.j2")
    return page.render(plan=plan, view=View(plan), replan=replan, style=Markup(style), style_digest=digest_of(style))  # noqa: S704 - our own file


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The style sheet, as it stands inside the page."""
    return (TEMPLATES / "plan.css").read_text("utf-8")


def digest_of(style: str) -> Markup:
    """The hash that a content policy names to allow this style sheet and no other."""
    return Markup("sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode())  # noqa: S704 - a hash


_WORDS = {
    "ACTION_WORDS": ACTION_WORDS,
    "COVERAGE_WORDS": COVERAGE_WORDS,
    "ISSUE_WORDS": ISSUE_WORDS,
    "BECAME_WORDS": BECAME_WORDS,
    "CHANGE_WORDS": CHANGE_WORDS,
    "GOAL_WORDS": GOAL_WORDS,
    "NEWS_WORDS": NEWS_WORDS,
    "SIGNS": SIGNS,
    "SIGN_WORDS": SIGN_WORDS,
    "TOPIC_WORDS": TOPIC_WORDS,
    "WHO_WORDS": WHO_WORDS,
    "amount_words": amount_words,
    "banner": banner,
    "banner_facts": banner_facts,
    "change_words": change_words,
    "course_words": course_words,
    "disposition_words": disposition_words,
    "dose_words": dose_words,
    "drafter_words": drafter_words,
    "effect_words": effect_words,
    "goal_state_words": goal_state_words,
    "goal_words": goal_words,
    "how_words": how_words,
    "name_words": name_words,
    "option_harms": harms,
    "option_ways": ways,
    "sentence": sentence,
    "since_words": since_words,
    "citation_words": citation_words,
    "timeline": timeline,
    "when_words": when_words,
}
"""What every template may use: tables of words, and functions that put parts of a plan into words."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates, with every value made safe; the web pages build on it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(_WORDS)
    return environment


def _shown(value: object) -> object:
    return readable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
