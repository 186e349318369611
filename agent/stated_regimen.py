"""How often a medicine is taken, where a line of text says so in plain words: `40 mg once daily`, `500 mg BID`, `every 6 hours`.

Used for lines that a caller writes, never for the instructions of a record: those are read from their coded parts alone.
"""

from __future__ import annotations

import re
from decimal import Decimal

from tools.clinical.quantity import Quantity

_TIMES = (
    (r"(?:four times (?:daily|a day|per day)|q\.?i\.?d\.?)", 4),
    (r"(?:three times (?:daily|a day|per day)|t\.?i\.?d\.?)", 3),
    (r"(?:twice (?:daily|a day|per day)|two times (?:daily|a day|per day)|b\.?i\.?d\.?)", 2),
    (
        r"(?:(?:once )?(?:daily|a day|per day|every day)|q\.?d\.?|nightly|at (?:night|bedtime)|every (?:morning|evening|night)|q\.?h\.?s\.?)",
        1,
    ),
)
_DAILY = tuple((re.compile(rf"\b{words}(?![a-z])", re.I), Decimal(times)) for words, times in _TIMES)
_HOURS = re.compile(r"\b(?:every|q)\s*(\d{1,2})\s*(?:h\b|hr|hours?\b)", re.I)
_WEEKLY = re.compile(r"\b(?:once (?:weekly|a week|per week)|weekly|every week)\b", re.I)
_UNCLEAR = re.compile(
    r"\b(?:prn|as needed|as required|taper|alternat\w*|every other)\b|\b(?:[02-9]|\d{2,}|half|one half)\s*(?:-\s*\d+\s*)?(?:tab|cap|puff|spray)",
    re.I,
)


def stated_interval(text: str) -> Quantity | None:
    """The interval between administrations; `None` where the text names none, or more than one, or leaves it open."""
    if _UNCLEAR.search(text):
        return None
    found = [Quantity(Decimal(hours), "h") for hours in _HOURS.findall(text)]
    found += [Quantity(Decimal(24) / times, "h") for words, times in _DAILY[:3] if words.search(text)]
    if not found and _DAILY[3][0].search(text):
        found.append(Quantity(Decimal(24), "h"))
    if _WEEKLY.search(text):
        found.append(Quantity(Decimal(1), "wk"))
    return found[0] if len(found) == 1 and found[0].value > 0 else None
