"""Doses from the plan's words into plain words of a language: a closed table of parts, and never a number of its own.

A part such as `every {n} hours` stands for every such text; `{n}` is a number, and the same numbers stand in the result.
What the table does not hold is not guessed: the whole is then said not to be sayable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

_NUMBER = r"\d+(?:[.,]\d+)*(?:[/-]\d+(?:[.,]\d+)*)*"
_PLACE = re.compile(r"\{([nm])\}")
_BETWEEN = re.compile(r"[\s,;]*")
_REMEMBERED = 4096


class Pattern(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a dose as the plan writes it, and as it is said; `{n}` and `{m}` are numbers."""

    written: str
    text: dict[str, str]


@dataclass
class _Reader:
    """A pattern that is compiled when a text first holds its words; most are never needed in a run."""

    written: str
    text: dict[str, str]

    def __post_init__(self) -> None:
        self._words = _PLACE.split(self.written.lower())[::2]

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile(_expression(self.written), re.IGNORECASE)

    def match(self, rest: str, lowered: str) -> re.Match[str] | None:
        """Where the text begins with this pattern."""
        if not lowered.startswith(self._words[0]) or not all(word in lowered for word in self._words):
            return None
        return self._expression.match(rest)


class Table:
    """Patterns, longest first, so that `once a week` is not read as `once`; what was said once is remembered."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        ordered = sorted(patterns, key=lambda pattern: (-len(pattern.written), pattern.written))
        self._patterns = [_Reader(pattern.written, pattern.text) for pattern in ordered]
        self._said: dict[tuple[str, str], str | None] = {}

    def said(self, text: str, language: str) -> str | None:
        """The text in plain words of a language.

        Returns:
            `None` where some part of it stands in no pattern, or a pattern lacks the language.
        """
        if (text, language) not in self._said:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            self._said[text, language] = self._rewritten(text, language)
        return self._said[text, language]

    def _rewritten(self, text: str, language: str) -> str | None:
        found: list[str] = []
        rest = text.strip().removesuffix(".")
        while rest:
            step = self._first(rest, language)
            if step is None:
                return None
            words, used = step
            rest = rest[used:]
            separator = _BETWEEN.match(rest)
            gap = separator.group() if separator else ""
            if rest and not gap:
                return None
            found += [words, ", " if "," in gap or ";" in gap else " "]
            rest = rest[len(gap) :]
        return "".join(found[:-1]).strip() or None

    def _first(self, rest: str, language: str) -> tuple[str, int] | None:
        lowered = rest.lower()
        for pattern in self._patterns:
            match = pattern.match(rest, lowered)
            if match and language in pattern.text:
                words = pattern.text[language]
                for name, value in match.groupdict().items():
                    words = words.replace(f"{{{name}}}", value)
                return words, match.end()
        return None


def _expression(written: str) -> str:
    parts = _PLACE.split(written)
    pieces = [re.escape(part) if n % 2 == 0 else f"(?P<{part}>{_NUMBER})" for n, part in enumerate(parts)]
    return "".join(pieces) + r"(?!\w)"
