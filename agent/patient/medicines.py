"""The medicines of the page: a card for each that begins, changes, ends, pauses or goes on, and what all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.patient.knowing import conditions_of, entries_of, indication_of, may_be_pregnant, missed_phrase, name_of, tips
from agent.patient.reasons import reasons
from agent.patient.shape import Card, Row
from agent.patient.taking import as_now, dose_in_words, how, waits_for_later
from agent.patient.voice import Voice, capital
from agent.safe_text import readable
from tools.clinical.plan import Item, MedicationLine, Plan
from tools.patient_words import MedicineWords

_CHANGES = ("start", "change", "stop", "hold")
_ENDS = frozenset({"stop", "hold"})
SIGNED = frozenset({"approved", "partly-approved"})
ORDER = ("stop", "hold", "change", "start", "wait", "continue", "rejected")
"""What ends comes first: it is what must not be overlooked."""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine of the page.

    Attributes:
        group: `start`, `change`, `stop`, `hold`, `wait` (a start that is put off), `continue`, or `rejected` (a change
            that the team turned down).
        dose: as the plan or the record writes it.
        item, line: what stands behind it; one of the two at least.
    """

    name: str
    group: str
    words: tuple[MedicineWords, ...]
    dose: str
    item: Item | None = None
    line: MedicationLine | None = None

    @property
    def taken(self) -> bool:
        """Taken once the plan is followed, now or soon."""
        return self.group not in _ENDS


def medicines(plan: Plan, rejected: frozenset[str], voice: Voice) -> tuple[Medicine, ...]:
    """Every medicine that the plan acts on and every other one that is taken, what ends first."""
    items = [item for item in plan.items if item.subject.kind == "medication" and item.action in _CHANGES]
    acting = [_acting(item, plan, voice) for item in items if item.id not in rejected]
    done = {medicine.line.reference for medicine in acting if medicine.line}
    turned = {item.subject.reference for item in items if item.id in rejected}
    rest = [
        _going_on(line, "rejected" if line.reference in turned else "continue", voice)
        for line in plan.medications
        if line.reference not in done
    ]
    return tuple(sorted((*acting, *rest), key=lambda medicine: ORDER.index(medicine.group)))


def _acting(item: Item, plan: Plan, voice: Voice) -> Medicine:
    line = next((line for line in plan.medications if line.reference == item.subject.reference), None)
    words = entries_of(item.subject.ingredients, item.subject.text, item.dose.route if item.dose else None)
    dose = item.dose.text if item.dose else line.regimen if line else ""
    group = "wait" if waits_for_later(item) else str(item.action)
    return Medicine(name_of(item.subject.ingredients, voice), group, words, dose, item, line)


def _going_on(line: MedicationLine, group: str, voice: Voice) -> Medicine:
    words = entries_of(line.ingredients, line.text, None)
    return Medicine(name_of(line.ingredients, voice), group, words, line.regimen, None, line)


def card(medicine: Medicine, plan: Plan, shared: frozenset[str], voice: Voice) -> Card:
    """What one medicine does, why, how, and what it may cause; without what is said of several together (`shared`)."""
    written = medicine.item.subject.text if medicine.item else medicine.line.text if medicine.line else ""
    differs = medicine.line is not None and readable(written).casefold() != medicine.name.casefold()
    return Card(
        title=voice.word(f"action_{medicine.group}", name=medicine.name),
        rows=tuple(Row(label, text) for label, text in _rows(medicine, plan, shared, voice) if text),
        kind=medicine.group,
        note=voice.word("on_the_box", text=readable(written)) if differs else "",
        item=medicine.item.id if medicine.item else "",
    )


def _rows(medicine: Medicine, plan: Plan, shared: frozenset[str], voice: Voice) -> Iterator[tuple[str, str]]:
    yield voice.word("label_why"), " ".join(_why(medicine, plan, voice))
    yield voice.word("label_how" if medicine.taken else "label_do"), " ".join(_how(medicine, plan, voice))
    if medicine.item and medicine.item.urgency == "routine" and medicine.item.due and medicine.group in ("stop", "hold", "change"):
        yield voice.word("label_when"), voice.word("when_by", date=voice.day(medicine.item.due.by))
    if not medicine.taken:
        yield voice.word("label_stopping"), " ".join(voice.phrase(words.stopping) for words in medicine.words if words.stopping)
        return
    yield voice.word("label_what"), what(medicine, voice)
    effects = (voice.phrase(name) for words in medicine.words for name in words.effects)
    yield voice.word("label_effects"), _ended(capital(voice.listed(effects)))
    yield voice.word("label_tips"), " ".join(voice.phrase(tip) for tip in tips_of(medicine, plan, voice) if tip not in shared)


def tips_of(medicine: Medicine, plan: Plan, voice: Voice) -> Iterator[str]:
    """Names of the phrases on how to take a medicine that is taken; those on pregnancy only where it is possible."""
    if not medicine.taken:
        return
    fertile = may_be_pregnant(plan)
    for tip in dict.fromkeys(tip for words in medicine.words for tip in tips(words, medicine.dose)):
        if voice.knows_of(tip, fertile=fertile):
            yield tip


def what(medicine: Medicine, voice: Voice) -> str:
    """What it does, in a sentence an ingredient; an honest general sentence where nothing is known of it."""
    if not medicine.words:
        return voice.word("unknown_what", name=medicine.name)
    said = (voice.word("what", what=voice.say(words.what, words.of[0])) for words in medicine.words)
    return " ".join(dict.fromkeys(said))


def _why(medicine: Medicine, plan: Plan, voice: Voice) -> Iterator[str]:
    item, line = medicine.item, medicine.line
    if item is None:
        yield from _why_it_goes_on(line, plan, voice) if line else ()
        return
    if item.action == "start":
        names = conditions_of(item, plan, voice)
        yield voice.word("why_start", conditions=voice.listed(names)) if names else voice.word("why_start_plain")
    yield from reasons(item, plan, voice)
    if item.conditional_on:
        yield voice.word("waits")


def _why_it_goes_on(line: MedicationLine, plan: Plan, voice: Voice) -> Iterator[str]:
    if not line.ingredients:
        yield voice.word("why_not_read")
    elif any(item.urgency == "emergency" for item in plan.items):
        yield voice.word("why_emergency")
    elif line.currency == "uncertain":
        yield voice.word("why_uncertain")
    elif names := indication_of(line, voice):
        yield voice.word("for_conditions", conditions=voice.listed(names))
        yield voice.word("why_continue")
    else:
        yield voice.word("why_continue_unchecked")


def _how(medicine: Medicine, plan: Plan, voice: Voice) -> Iterator[str]:
    if medicine.item:
        yield from how(
            medicine.item, voice, medicine.name, tapered=any(words.stopping for words in medicine.words), signed=plan.status in SIGNED
        )
    elif medicine.line:
        yield as_now(medicine.line, voice, medicine.name)


def instruction(item: Item, plan: Plan, voice: Voice) -> str:
    """A medicine of the plan in two to four sentences: what to do, how, what it does, why."""
    found = _acting(item, plan, voice)
    dose = dose_in_words(item, voice, found.name) if found.group == "start" else ""
    name = found.name if not dose else f"{found.name}: {dose}"
    head = voice.word(f"short_{item.action}", name=name)
    if item.action == "start":
        parts = [
            head,
            *(() if dose else _how(found, plan, voice)),
            what(found, voice),
            *_why(found, plan, voice),
        ]
    elif item.action == "continue":
        parts = [head, what(found, voice)]
    else:
        parts = [head, *_how(found, plan, voice), *_why(found, plan, voice)]
    return " ".join(dict.fromkeys(part for part in parts if part))


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Texts, each with the names that it holds for, in order of first appearance."""
    found: dict[str, list[str]] = {}
    for text, name in pairs:
        if text and name not in found.setdefault(text, []):
            found[text].append(name)
    return found


def missed(medicine: Medicine) -> str:
    """The phrase on a missed dose; that of its first ingredient."""
    return missed_phrase(medicine.words[0], medicine.dose) if medicine.words else ""


def _ended(text: str) -> str:
    return f"{text}." if text else ""
