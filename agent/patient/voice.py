"""One language, and what could not be said in it: every text of the page goes through here, so that no gap stays silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from agent.safe_text import readable
from tools.patient_words import LANGUAGES, Text, in_language, patient_words


class Voice:
    """Says texts in a language.

    Attributes:
        language: as a page names it, such as `es`.
        lacking: what had to be said in another language, each once, in order.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.lacking: dict[str, None] = {}
        self._days: dict[str, str] = {}

    def word(self, name: str, /, **values: str) -> str:
        """A text of the page with values filled in."""
        return self.say(patient_words().word(name), about=name).format(**values)

    def knows_of(self, name: str, *, fertile: bool) -> bool:
        """Whether a phrase is said to this reader."""
        return fertile or patient_words().phrase(name).only_for != "may-be-pregnant"

    def phrase(self, name: str) -> str:
        """A phrase of the knowledge base."""
        return self.say(patient_words().phrase(name).text, about=name)

    def say(self, text: Text, about: str) -> str:
        """A text in this language, or in the first of `LANGUAGES`, and then that is noted."""
        if own := text.get(self.language):
            return own
        said, language = in_language(text, (self.language, LANGUAGES[0]))
        if language != self.language:
            self.lacking[about] = None
        return said

    def lacks(self, about: str) -> None:
        """Note that something stands in another language; texts of the record and of the plan are English."""
        if self.language != LANGUAGES[0]:
            self.lacking[about] = None

    def dose(self, text: str, about: str) -> str:
        """A dose in plain words; as it is written, in quotation marks, where it cannot be said whole."""
        said = patient_words().dose(text, self.language)
        if said is None:
            self.lacks(self.word("part_dose", names=about))
            return self.word("how_quoted", dose=readable(text))
        return said

    def listed(self, names: Iterable[str], word: str = "and") -> str:
        """`a`, `a and b`, `a, b and c`."""
        known = list(dict.fromkeys(names))
        return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} {self.word(word)} {known[-1]}" if known else ""

    def day(self, text: str) -> str:
        """A date of the plan in words; what is no date stays as it is."""
        if text not in self._days:
            self._days[text] = self._day(text)
        return self._days[text]

    def _day(self, text: str) -> str:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return readable(text)
        return self.word("date", month=self.word(f"month_{day.month}"), day=str(day.day), year=str(day.year))


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]
