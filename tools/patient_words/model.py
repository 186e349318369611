"""The kinds of knowledge file: phrases, words on medicines, words on topics, and the words of the page itself.

Every text is given in each language of `LANGUAGES`; a file may hold more. Texts are our own wording, read aloud at the
level of the eighth school year or below, and Spanish addresses the reader as usted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from tools.clinical.knowledge import Document
from tools.clinical.sourcing import twice, unlisted
from tools.patient_words.patterns import Pattern, Table

LANGUAGES = ("en", "es")
"""What every text must be given in; the first is the one that the others fall back on."""

Text = dict[str, str]
PhraseKind = Literal["effect", "missed", "sick-day", "call", "ambulance", "tip", "stopping"]
TopicKind = Literal["condition", "order", "refer", "counsel", "visit", "ask"]
_FIELD = re.compile(r"\{([a-z_]+)\}")


def lacking(text: Mapping[str, str]) -> list[str]:
    """Languages that a text lacks."""
    return [language for language in LANGUAGES if not text.get(language, "").strip()]


def incomplete(name: str, text: Mapping[str, str]) -> list[str]:
    """What is wrong with a text: a language that it lacks, or a placeholder that one language has and another has not."""
    found = [f"{name}: no text in {language!r}" for language in lacking(text)]
    fields = {language: sorted(_FIELD.findall(words)) for language, words in text.items()}
    if len({tuple(names) for names in fields.values()}) > 1:
        found.append(f"{name}: its placeholders differ between languages: {fields}")
    return found


class Phrase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that is said of many medicines. An effect is a few words for a list; every other kind is whole sentences.

    Attributes:
        only_for: to whom it is said; empty for everybody.
        general: whether the page's general sentence on calling an ambulance says it already.
    """

    name: str
    kind: PhraseKind
    text: Text
    only_for: Literal["", "may-be-pregnant"] = ""
    general: bool = False


class PhraseCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A phrase as it must come out, or `nothing` for a name that the file does not hold."""

    name: str
    given: str
    language: str = "en"
    expect: str


class PhraseFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Phrases by name."""

    phrase: tuple[Phrase, ...]
    case: tuple[PhraseCase, ...] = ()

    def faults(self) -> list[str]:
        """Names given twice, texts that lack a language."""
        return [*twice(p.name for p in self.phrase), *(f for p in self.phrase for f in incomplete(p.name, p.text))]

    def case_failures(self) -> list[str]:
        """Its own examples."""
        texts = {p.name: p.text for p in self.phrase}
        return [
            f"{case.name}: {found!r}"
            for case in self.case
            if (found := texts.get(case.given, {}).get(case.language, "nothing")) != case.expect
        ]


class MedicineWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a patient is told of a medicine, beside how it is taken.

    Attributes:
        of: ingredients and classes; `any` with `routes` is what else is given by that route.
        routes: only for medicines given by one of these routes; empty for all that have no entry for their route.
        what: what it does, a sentence without a subject that follows the name: `lowers blood pressure`.
        effects: common unwanted effects, names of phrases.
        missed: what to do about a missed dose, the name of a phrase.
        sick_day: what to do when ill and not drinking; empty where nothing special applies.
        tips: how to take or keep it.
        call: when to call the care team.
        ambulance: when to call an ambulance.
        stopping: what matters when it ends; empty where it can simply be left.
    """

    of: tuple[str, ...]
    what: Text
    source: str
    routes: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    missed: str = "when-remembered"
    sick_day: str = ""
    tips: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    ambulance: tuple[str, ...] = ()
    stopping: str = ""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Name and route of everything that it speaks for; an empty route where it speaks for all."""
        return tuple((name, route) for name in self.of for route in self.routes or ("",))


def chosen(entries: Sequence[MedicineWords], ingredient: str, kinds: Iterable[str], route: str) -> MedicineWords | None:
    """The entry that speaks for a medicine: by its route before all routes, by its ingredient before its classes."""
    mine = set(kinds)
    for here, rest in ((route, False), ("", True)):
        keyed = [entry for entry in entries if (here in entry.routes if here else not entry.routes)]
        for names in ({ingredient}, mine, set() if rest else {"any"}):
            if found := next((entry for entry in keyed if names.intersection(entry.of)), None):
                return found
    return next((entry for entry in entries if mine.intersection(entry.of)), None) if not route else None


class MedicineCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kinds of a medicine, its ingredient first, and the `of` name of the entry that speaks for it, or `nothing`."""

    name: str
    given: tuple[str, ...]
    route: str = ""
    expect: str


class MedicineFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words on medicines of one field."""

    medicine: tuple[MedicineWords, ...]
    case: tuple[MedicineCase, ...] = ()

    def faults(self) -> list[str]:
        """Names given twice, unknown sources, texts that lack a language."""
        found = twice(" ".join(key) for entry in self.medicine for key in entry.keys)
        found += unlisted(self, ((entry.of[0], entry.source) for entry in self.medicine))
        return found + [fault for entry in self.medicine for fault in incomplete(entry.of[0], entry.what)]

    def case_failures(self) -> list[str]:
        """Its own examples."""
        found = []
        for case in self.case:
            entry = chosen(self.medicine, next(iter(case.given), ""), case.given, case.route)
            if (entry is None) is not (case.expect == "nothing") or (entry is not None and case.expect not in entry.of):
                found.append(f"{case.name}: {entry.of if entry else 'nothing'}")
        return found


class Topic(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A health problem, a test, a visit, a piece of advice, or a question, in plain words.

    Attributes:
        of: names as the guidelines have them.
        title: a few words in the middle of a sentence for a condition, else a short line.
        say: whole sentences: why, what for, or what to do.
        call: for conditions, when to call the care team.
        ambulance: for conditions, when to call an ambulance.
    """

    of: tuple[str, ...]
    kind: TopicKind
    title: Text
    say: Text = {}
    call: tuple[str, ...] = ()
    ambulance: tuple[str, ...] = ()


class TopicCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name and its title in a language, or `nothing`."""

    name: str
    given: str
    language: str = "en"
    expect: str


class TopicFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words on problems, tests, visits and advice."""

    topic: tuple[Topic, ...]
    case: tuple[TopicCase, ...] = ()

    def faults(self) -> list[str]:
        """Names given twice for one kind, texts that lack a language."""
        found = twice(f"{topic.kind} {name}" for topic in self.topic for name in topic.of)
        for topic in self.topic:
            found += incomplete(topic.of[0], topic.title)
            found += incomplete(f"{topic.of[0]} (say)", topic.say) if topic.say else []
        return found

    def case_failures(self) -> list[str]:
        """Its own examples."""
        titles = {name: topic.title for topic in self.topic for name in topic.of}
        return [
            f"{case.name}: {found!r}"
            for case in self.case
            if (found := titles.get(case.given, {}).get(case.language, "nothing")) != case.expect
        ]


class Word(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text of the page; `{…}` are filled with values of the plan."""

    name: str
    text: Text


class PageCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dose as the plan writes it and as the page says it in a language, or `nothing` where it cannot be said whole."""

    name: str
    given: str
    language: str = "en"
    expect: str


class PageFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of the page, and how a dose is said in plain words."""

    word: tuple[Word, ...] = ()
    pattern: tuple[Pattern, ...] = ()
    case: tuple[PageCase, ...] = ()

    def faults(self) -> list[str]:
        """Names given twice, texts that lack a language."""
        found = twice([*(w.name for w in self.word), *(p.written for p in self.pattern)])
        found += [fault for word in self.word for fault in incomplete(word.name, word.text)]
        return found + [fault for pattern in self.pattern for fault in incomplete(pattern.written, pattern.text)]

    def case_failures(self) -> list[str]:
        """Its own examples."""
        table = Table(self.pattern)
        told = ((case, table.said(case.given, case.language) or "nothing") for case in self.case)
        return [f"{case.name}: {said!r}" for case, said in told if said != case.expect]
