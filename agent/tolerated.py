"""Entries of an allergy list that say the opposite: `Penicillin - tolerates`, `Cefazolin (tolerated well)`, `tolerates amoxicillin`.

Only an entry that says nothing else is read so. `Penicillin allergy, tolerates cephalosporins`, `penicillin: hives, tolerated later`
and `not tolerated` stay allergies: whoever doubts one must look, and an allergy too many harms less than one too few.
"""

from __future__ import annotations

import re

_TOLERATED = r"(?:is |was |has |been )*(?:well )?tolerat(?:es|ed)(?: it| well| fine)?"
_SAID = re.compile(
    rf"(?P<before>[^-–—,:;(]*?[^-–—,:;(\s])\s*(?:\s[-–—]|[,:;(])?\s*{_TOLERATED}\)?\.?|{_TOLERATED} (?P<after>[^-–—,:;()]+)", re.IGNORECASE
)
_ALONE = re.compile(rf"{_TOLERATED}\.?", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\b(?:not|no|never|cannot|barely|hardly|poorly|badly|unless|except|but|allerg\w*|reaction\w*)\b|n't\b", re.IGNORECASE
)
_LONGEST = 200
"""A text with more letters says more than that."""


def tolerated(text: str) -> str | None:
    """The substance that an entry says is tolerated; `None` where it says something else, or something more."""
    found = _SAID.fullmatch(" ".join(text.split())) if len(text) <= _LONGEST else None
    if found is None or _OTHERWISE.search(text):
        return None
    return found["before"] or found["after"]


def only_tolerated(text: str) -> bool:
    """Whether a note says this and nothing else: `tolerated well`, not even of what."""
    return len(text) <= _LONGEST and _ALONE.fullmatch(" ".join(text.split())) is not None
