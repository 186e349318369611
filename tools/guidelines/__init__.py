"""Guideline decisions and their retrieval: modules as data, one engine, one search.

run = decide(facts, None, toolbox)      what the guidelines say for this patient
search_guidelines("statin intensity")   the recommendations themselves
"""

from __future__ import annotations

from tools.guidelines.engine import decide
from tools.guidelines.modules import Module, knows, modules
from tools.guidelines.results import Bar, Decision, Goal, Question, Run, Toolbox

__all__ = ["Bar", "Decision", "Goal", "Module", "Question", "Run", "Toolbox", "decide", "knows", "modules"]
