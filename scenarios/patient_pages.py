"""The patient page judged: how hard it is to read, what it could not say, and whether each number and name on it is the plan's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import msgspec

from agent.errors import RecordError
from agent.patient import Card, Page, patient_page
from agent.patient.voice import Voice
from agent.planning import make_plan
from scenarios.readability import ease_in_spanish, grade
from tools.clinical.plan import Plan, PlanIngredient
from tools.patient_words import LANGUAGES, patient_words
from tools.terminology import terminology

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"[a-z][a-z-]{3,}")
_AT_MOST = 8.0
"""The grade that a page may have."""
_AT_LEAST = 55.0
"""The ease that a Spanish page must have: normal on the INFLESZ scale."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One plan's pages.

    Attributes:
        counted: the grade of the English page, with the names of medicines in it; `exempt` without them.
        ease: of the Spanish page, without the names of medicines, which are the plan's in every language.
        unknown: medicines that the page can say nothing of.
        strange: numbers and names on a page that are neither the plan's nor the knowledge base's.
    """

    name: str
    counted: float
    exempt: float
    ease: float
    medicines: tuple[str, ...]
    unknown: tuple[str, ...]
    lacking: str
    strange: tuple[str, ...]

    @property
    def easy(self) -> bool:
        """Within both limits, the names of medicines counted."""
        return self.counted <= _AT_MOST and self.ease >= _AT_LEAST


def judged(name: str, plan: Plan) -> Judged:
    """The English and the Spanish page of a plan."""
    english, spanish = (patient_page(plan, language) for language in LANGUAGES)
    names = _medicine_words(plan)
    return Judged(
        name=name,
        counted=grade(sentences(english)),
        exempt=grade(sentences(english), names),
        ease=ease_in_spanish(sentences(spanish), names),
        medicines=tuple(dict.fromkeys("/".join(i.name for i in some) for some in _medicines(plan))),
        unknown=tuple(_unknown(english)),
        lacking=spanish.lacking,
        strange=(*strange(english, plan), *strange(spanish, plan)),
    )


def of_records(records: Iterable[tuple[str, bytes, date]]) -> list[Judged]:
    """The pages of every record that can be planned; one that cannot be read has no page to judge."""
    found = []
    for name, data, as_of in records:
        with suppress(RecordError):
            found.append(judged(name, make_plan(data, as_of)))
    return found


def sentences(page: Page) -> str:
    """The running text of a page: no headings, labels or titles, which would make it look easier than it is."""
    return "\n".join(text for text in _texts(page) if text)


def strange(page: Page, plan: Plan) -> tuple[str, ...]:
    """Numbers and names of medicines on the page that stand neither in the plan nor in the knowledge base.

    How and when a medicine is taken is held against its own item and its own line of the record alone.
    """
    found = [f"{card.title}: {number}" for part in page.parts for card in part.cards for number in _not_its_own(card, plan, page.language)]
    shown = "\n".join(_texts(page))
    written = msgspec.json.encode(plan).decode()
    allowed = _numbers(written) | _known_numbers()
    found += sorted(_numbers(shown) - allowed)
    known = set(_NAME.findall(written.lower().replace("-", " "))) | _known_words()
    return (*found, *sorted(name for name in set(_NAME.findall(shown.lower())) - known if terminology().ingredient(name)))


def table(found: Sequence[Judged]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """A line a measure: its lowest, middle and highest value, and how many pages keep the limit."""
    rows = [
        _row("Flesch-Kincaid grade, names of medicines counted", [one.counted for one in found], f"at most {_AT_MOST:g}", _AT_MOST, -1),
        _row("Flesch-Kincaid grade, names of medicines exempt", [one.exempt for one in found], f"at most {_AT_MOST:g}", _AT_MOST, -1),
        _row("Szigriszt-Pazos ease of the Spanish page", [one.ease for one in found], f"at least {_AT_LEAST:g}", _AT_LEAST, 1),
    ]
    return ("measure", "lowest", "median", "90 %", "highest", "limit", "pages that keep it"), rows


def gaps(found: Sequence[Judged]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """What the pages could not say, and what must not be on them, each with the number of pages."""
    unknown = Counter(name for one in found for name in one.unknown)
    lacking = Counter(one.lacking for one in found if one.lacking)
    odd = Counter(text for one in found for text in one.strange)
    named = (("no words for", unknown), ("not in Spanish", lacking), ("not the plan's", odd))
    rows: list[tuple[str, ...]] = [(kind, text, str(count)) for kind, counts in named for text, count in counts.most_common()]
    return ("what", "which", "pages"), rows


def _row(name: str, values: Sequence[float], limit: str, bound: float, sign: int) -> tuple[str, ...]:
    ordered = sorted(values) or [0.0]
    kept = sum(sign * value >= sign * bound for value in values)
    at = (ordered[0], ordered[len(ordered) // 2], ordered[int(0.9 * (len(ordered) - 1))], ordered[-1])
    return (name, *(f"{value:.1f}" for value in at), limit, f"{kept} of {len(values)}")


def _texts(page: Page) -> Iterator[str]:
    yield from (page.made, page.state, *page.urgent, page.footer)
    for part in page.parts:
        yield from (part.intro, *part.lines)
        yield from (row.text for card in part.cards for row in card.rows)


def _not_its_own(card: Card, plan: Plan, language: str) -> list[str]:
    """Numbers in the dose or the date of a card that its item, and the line of its medicine, do not have."""
    item = next((item for item in plan.items if item.id == card.item), None)
    if item is None:
        return []
    line = next((line for line in plan.medications if line.reference == item.subject.reference), None)
    voice = Voice(language)
    labels = {voice.word("label_how"), voice.word("label_when"), voice.word("label_do")}
    shown = " ".join(row.text for row in card.rows if row.label in labels)
    own = msgspec.json.encode((item.dose, item.change, item.due, line)).decode()
    return sorted(number for number in _numbers(shown) - _numbers(own))


def _numbers(text: str) -> set[str]:
    return {number.lstrip("0") or "0" for number in _NUMBER.findall(text)}


def _unknown(page: Page) -> Iterator[str]:
    said = Voice(page.language).word("unknown_what", name="\0").partition("\0")[0]
    for part in page.parts:
        yield from (card.title for card in part.cards if any(row.text.startswith(said) for row in card.rows))


def _medicines(plan: Plan) -> Iterator[tuple[PlanIngredient, ...]]:
    yield from (item.subject.ingredients for item in plan.items if item.subject.kind == "medication" and item.subject.ingredients)
    yield from (line.ingredients for line in plan.medications if line.ingredients)


def _medicine_words(plan: Plan) -> frozenset[str]:
    return frozenset(word.lower() for some in _medicines(plan) for one in some for word in re.split(r"[-/ ]", one.name))


@lru_cache(maxsize=1)
def _known_numbers() -> frozenset[str]:
    return frozenset(_numbers("\n".join(patient_words().texts())))


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    return frozenset(_NAME.findall("\n".join(patient_words().texts()).lower()))
