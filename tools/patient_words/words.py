"""The words, loaded once a process, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import load
from tools.patient_words.model import (
    MedicineFile,
    MedicineWords,
    PageFile,
    Phrase,
    PhraseFile,
    PhraseKind,
    Text,
    Topic,
    TopicFile,
    TopicKind,
    chosen,
)
from tools.patient_words.patterns import Table

_HERE = Path(__file__).parent
_KINDS: dict[str, tuple[PhraseKind, ...]] = {
    "effects": ("effect",),
    "tips": ("tip",),
    "call": ("call",),
    "ambulance": ("ambulance",),
}


class PatientWords:
    """What is said to patients, by name. Raises KnowledgeError where a file names a phrase that no file holds."""

    def __init__(self) -> None:
        phrases = [phrase for file in load(_HERE / "phrases", PhraseFile) for phrase in file.phrase]
        self.medicines = [entry for file in load(_HERE / "medicines", MedicineFile) for entry in file.medicine]
        self.topics = [topic for file in load(_HERE / "topics", TopicFile) for topic in file.topic]
        pages = load(_HERE / "page", PageFile)
        self._phrases = {phrase.name: phrase for phrase in phrases}
        self._kinds = {phrase.name: phrase.kind for phrase in phrases}
        self._topics = {(topic.kind, name): topic for topic in self.topics for name in topic.of}
        self._words = {word.name: word.text for page in pages for word in page.word}
        self._doses = Table([pattern for page in pages for pattern in page.pattern])
        if wrong := [*self._strange_phrases(), *_twice(self.medicines)]:
            raise KnowledgeError("\n".join(wrong))

    def medicine(self, ingredient: str, kinds: Iterable[str], route: str = "") -> MedicineWords | None:
        """The entry for an ingredient, else the one for a class of it; the same one every time."""
        return chosen(self.medicines, ingredient, kinds, route)

    def topic(self, kind: TopicKind, name: str) -> Topic | None:
        """A health problem, a test, a visit, a piece of advice or a question."""
        return self._topics.get((kind, name))

    def phrase(self, name: str) -> Phrase:
        """What is said under this name, and to whom."""
        return self._phrases[name]

    def word(self, name: str) -> Text:
        """A text of the page."""
        return self._words[name]

    def dose(self, text: str, language: str) -> str | None:
        """A dose in plain words; `None` where it cannot be said whole in that language."""
        return self._doses.said(text, language)

    def texts(self) -> tuple[str, ...]:
        """Every text in every language, but for the table of doses, which has no number of its own."""
        entries = (*(m.what for m in self.medicines), *(t.title for t in self.topics), *(t.say for t in self.topics))
        phrases = (phrase.text for phrase in self._phrases.values())
        return tuple(said for text in (*entries, *phrases, *self._words.values()) for said in text.values())

    def _strange_phrases(self) -> list[str]:
        """Phrases that are named and not held, or that stand where another kind belongs."""
        entries: tuple[MedicineWords | Topic, ...] = (*self.medicines, *self.topics)
        found = []
        for entry in entries:
            for field, kinds in _KINDS.items():
                found += [
                    f"{entry.of[0]}: {field} names {name!r}" for name in getattr(entry, field, ()) if self._kinds.get(name) not in kinds
                ]
        for entry in self.medicines:
            wanted = {"missed": entry.missed, "sick-day": entry.sick_day, "stopping": entry.stopping}
            found += [f"{entry.of[0]}: {kind} names {name!r}" for kind, name in wanted.items() if name and self._kinds.get(name) != kind]
        return found


@lru_cache(maxsize=1)
def patient_words() -> PatientWords:
    """The one object that answers."""
    return PatientWords()


def in_language(text: Mapping[str, str], languages: Sequence[str]) -> tuple[str, str]:
    """The text in the first of these languages that it has, and which one that is."""
    language = next((language for language in languages if language in text), "")
    return text.get(language, ""), language


def _twice(entries: Iterable[MedicineWords]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    found = []
    for entry in entries:
        found += [f"{key!r} has two entries" for key in entry.keys if key in seen]
        seen.update(entry.keys)
    return found
