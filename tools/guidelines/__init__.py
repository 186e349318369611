"""Guideline decisions and their retrieval: modules as data, one engine, one search.

run = decide(facts, None, toolbox)      what the guidelines say for this patient
search_guidelines("statin intensity")   the recommendations themselves
"""

from __future__ import annotations

from tools.guidelines.engine import decide, spared, with_recent_events
from tools.guidelines.modules import Module, knows, modules, shared
from tools.guidelines.results import Bar, Decision, Goal, Question, Run, Toolbox
from tools.guidelines.search import Found, SearchAnswer, search_guidelines

__all__ = [
    "Bar",
    "Decision",
    "Found",
    "Goal",
    "Module",
    "Question",
    "Run",
    "SearchAnswer",
    "Toolbox",
    "decide",
    "knows",
    "modules",
    "search_guidelines",
    "shared",
    "spared",
    "with_recent_events",
]
