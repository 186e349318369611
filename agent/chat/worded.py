"""What is said, kept as its form and what stands in it, so that a reader is given it in another language too.

The English form is the name of itself: `words/es.toml` has the Spanish for each. What comes from the record or from the knowledge base has no
other language than the one it was written in; it is told apart, so that a page can mark it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter

ENGLISH = "en"
FORMS = Path(__file__).parent / "words"
_WORD = re.compile(r"[^\W\d_]{3,}")
Part = tuple[str, str]
"""A piece of what is said, and its language; none where it is a number, a date, or a name of the plan's own."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A form and what stands in its places.

    Args:
        form: English, with a `{name}` for each place; where nothing stands in it, it is taken as it is, braces too.
    """

    form: str
    values: tuple[tuple[str, Phrase | str], ...] = ()

    def __str__(self) -> str:
        return self.form.format(**{name: str(value) for name, value in self.values}) if self.values else self.form

    def __bool__(self) -> bool:
        return bool(self.form)

    def parts(self, language: str) -> Iterator[Part]:
        """The pieces in a language; a form that it lacks stays English and says so."""
        known = self.form if language == ENGLISH else forms(language).get(self.form)
        if known is None and not self.values:
            yield _as_it_is(self.form)
            return
        form, spoken = (self.form, ENGLISH) if known is None else (known, language)
        values = dict(self.values)
        for literal, field, _, _ in Formatter().parse(form) if values else ((form, None, None, None),):
            if literal:
                yield literal, spoken if _WORD.search(literal) else ""
            if field:
                value = values[field]
                yield from value.parts(language) if isinstance(value, Phrase) else (_as_it_is(value),)


def worded(form: str, **values: Phrase | str | int) -> Phrase:
    """A form with what stands in it."""
    return Phrase(form, tuple((name, str(value) if isinstance(value, int) else value) for name, value in values.items()))


def joined(parts: Iterator[Part]) -> Iterator[Part]:
    """The pieces with neighbours of one language put together; what has none goes with what is before it."""
    text, language = "", ""
    for piece, spoken in parts:
        if spoken and language and spoken != language:
            yield text, language
            text, language = "", spoken
        text, language = text + piece, language or spoken
    if text:
        yield text, language


def _as_it_is(text: str) -> Part:
    return text, ENGLISH if _WORD.search(text) else ""


@lru_cache(maxsize=4)
def forms(language: str) -> Mapping[str, str]:
    """The forms of a language by their English."""
    tables = tomllib.loads((FORMS / f"{language}.toml").read_text("utf-8"))
    return {english: other for table in tables.values() for english, other in table.items()}
