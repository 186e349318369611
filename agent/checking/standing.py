"""A problem that has no entry of its own in the plan: under which it is followed, or why nothing follows from it."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec

from agent.case import Case
from tools.clinical.clause import within_days
from tools.clinical.facts import Problem
from tools.clinical.plan import Plan
from tools.guidelines import modules


class _Followed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: frozenset[str]
    modules: tuple[str, ...]


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: frozenset[str]
    says: str
    after: str = ""


class Sayings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: what is followed under another problem, and what is said of the rest, in order."""

    followed: tuple[_Followed, ...]
    said: tuple[_Said, ...]


@lru_cache(1)
def sayings() -> Sayings:
    """The file, read once."""
    return msgspec.convert(tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")), Sayings)


def followed_under(problem: Problem, plan: Plan) -> str:
    """The number of the problem of the plan that looks after this one as well; empty where there is none."""
    wanted = [name for entry in sayings().followed if problem.kinds & entry.kinds for name in entry.modules]
    numbers = {entry.module: entry.id for entry in plan.problems}
    return next((numbers[name] for name in wanted if name in numbers), "")


def said_of(problem: Problem, case: Case) -> str:
    """Why nothing follows from it; empty where nothing is known to say.

    Where recommendations on such a problem exist and none of them speaks today, that is said.
    """
    fitting = (entry for entry in sayings().said if problem.kinds & entry.kinds and _old_enough(problem, entry.after, case))
    found = next((entry.says for entry in fitting), "")
    silent = next((module.title for module in modules().values() if problem.kinds.intersection(module.kinds)), "")
    return found or (silent and f"The recommendations on {_plain(silent)} ask for nothing in the state that this record shows.")


def _old_enough(problem: Problem, after: str, case: Case) -> bool:
    days = within_days(after or None)
    return days is None or (problem.onset is not None and (case.as_of - problem.onset).days > days)


def _plain(title: str) -> str:
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
