"""What each rule of the knowledge base speaks of: names of facts in its conditions, and in those of the names that it uses.

A rule that says `has = "obesity-stage"` speaks of the BMI where the definition of that name measures it. Of rules of which
the first that holds decides, each speaks of what its neighbours speak of. Cases, sources and sentences say nothing.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from agent.knowledge_index import KINDS

_SILENT = frozenset(
    {"case", "cases", "because", "source", "sources", "title", "meaning", "interpretation", "consequence", "action", "mechanism", "status"}
)
_FIRST_CHOICE = 30
"""From this slot on the first rule that holds decides."""
_GUIDELINES = ("guidelines", "guidelines-shared")
_WITHOUT_RULES = {"ingredients", "products", "classes", "problems", "observables", "allergens", "events", "words"}


@lru_cache(maxsize=8192)
def mentions(rule: str) -> frozenset[str]:
    """Every name that a rule's conditions lead to; empty where no rule has this id."""
    rules, names = _spoken()
    found: set[str] = set()
    ahead = set(rules.get(rule, names.get(f"module:{rule}", ())))
    while ahead:
        found |= ahead
        ahead = {said for name in ahead for said in names.get(name, ())} - found
    return frozenset(found)


def rule_of(because: str) -> str | None:
    """The recommendation that gives this reason."""
    return _reasons().get(because.rstrip("."))


@lru_cache(maxsize=1)
def _spoken() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """What each rule speaks of by itself, and what stands behind the names that guidelines define, compute or derive."""
    rules: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for kind, content in _files():
        if kind == "guidelines":
            _of_module(content, rules, names)
            continue
        for table in _tables(content):
            said = set(_names(table)) - {table.get("id"), table.get("name")}
            if "id" in table:
                rules[str(table["id"])] |= said
            if kind in _GUIDELINES and "name" in table:
                names[str(table["name"])] |= said | {f"goal:{table.get('minus_goal')}"}
    return rules, names


def _of_module(content: dict[str, Any], rules: dict[str, set[str]], names: dict[str, set[str]]) -> None:
    module = str(content.get("about", content["id"]))
    names[f"module:{module}"] |= set(_names(content.get("module", {}), only=("kinds", "only_when", "also_when", "youngest")))
    for definition in content.get("definition", ()):
        names[definition["name"]] |= set(_names(definition["when"]))
    for rule in content.get("recommendation", ()):
        said = {f"module:{module}", *_names(rule.get("when", ()))}
        slot = f"slot:{module}:{rule['slot']}"
        if rule["slot"] >= _FIRST_CHOICE:
            names[slot] |= said
            said.add(slot)
        rules[rule["id"]] |= said
        for do in rule["do"]:
            if "derive" in do:
                names[do["derive"]] |= said
            for followed in do.get("follow", ()):
                names[f"module:{followed}"] |= said
            if "goal" in do:
                names[f"goal:{do['goal']}"] |= said


@lru_cache(maxsize=1)
def _reasons() -> dict[str, str]:
    return {
        str(table["because"]).rstrip("."): str(table["id"])
        for _, content in _files()
        for table in _tables(content)
        if "because" in table and "id" in table
    }


@lru_cache(maxsize=1)
def _files() -> tuple[tuple[str, dict[str, Any]], ...]:
    kinds = [kind for kind in KINDS if kind.name not in _WITHOUT_RULES]
    return tuple((kind.name, tomllib.loads(path.read_text("utf-8"))) for kind in kinds for path in kind.paths)


def _tables(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "id" in node or "name" in node:
            yield node
        for key, value in node.items():
            if key not in _SILENT:
                yield from _tables(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tables(value)


def _names(node: object, only: Iterable[str] = ()) -> Iterator[str]:
    """Keys and words of a table: `{ pregnancy = "pregnant" }` speaks of pregnancy, `youngest = 65` of age."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in _SILENT and (not only or key in only):
                yield "age" if key == "youngest" else str(key)
                yield from _names(value)
    elif isinstance(node, Iterable):
        for value in node:
            yield from _names(value)
