"""The words of the terminology for a word of a question, so that a brand or a short form finds what the knowledge calls by its full name."""

from __future__ import annotations

from functools import lru_cache

from tools.terminology import terminology


@lru_cache(maxsize=4096)
def names(word: str) -> tuple[str, ...]:
    """Ingredients, problem and observable that a word names; empty where the terminology does not know it."""
    known = terminology()
    problem, observable = known.canonical_problem(word), known.observable_named(word)
    found = [ingredient.name for ingredient in known.medication(word).ingredients]
    return (*found, *((problem,) if problem else ()), *((observable.name,) if observable else ()))
