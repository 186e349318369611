"""Text of a record or a plan made safe to show, with units as people write them.

Every string of a plan passes `safe` before it is shown: the record is written by others and may hold terminal escapes,
right-to-left overrides or line breaks that forge a heading.
"""

from __future__ import annotations

import re
import unicodedata

UNITS = (
    ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
    ("{1.73_m2}", "1.73 m²"),
    ("mm[Hg]", "mmHg"),
    ("[IU]", "IU"),
    ("10*3/uL", "×10³/µL"),
    ("10*9/L", "×10⁹/L"),
    ("10*12/L", "×10¹²/L"),
    ("kg/m2", "kg/m²"),
    (" m2", " m²"),
    ("[lb_av]", "lb"),
    ("[degF]", "°F"),
)
"""UCUM code and how clinicians write it, longer codes first; the one table of the faces and of the plan's own sentences."""
_ANNOTATION = re.compile(r"\{([a-z]+)\}")
_TAG = re.compile(r" \((?:disorder|finding|situation|procedure|regime/therapy|substance|product)\)")
_CODED = re.compile(r"[{\[(*]|m2|/min")
"""Without one of these there is no unit or tag to rewrite."""
_PER_MINUTE = re.compile(r"(?<=\d) /min\b")
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])?")


def safe(text: str) -> str:
    """One line of printable text: no escapes, no control characters, no direction overrides."""
    if text.isprintable():  # no control or format character, no escape: nothing to take out
        return " ".join(text.split())
    text = _ESCAPE.sub("", text)
    kept = (" " if character in "\t\r\n\v\f\u2028\u2029" else character for character in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).split())


def readable(text: str) -> str:
    """Safe text with UCUM units as clinicians write them (`mm[Hg]` → `mmHg`) and without SNOMED CT's tags (`… (disorder)`)."""
    shown = safe(text)
    if not _CODED.search(shown):
        return shown
    shown = _TAG.sub("", shown)
    for code, words in UNITS:
        shown = shown.replace(code, words)
    return _PER_MINUTE.sub("/min", _ANNOTATION.sub(r"\1", shown))
