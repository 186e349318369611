"""Tests, vaccines, visits and advice of the page, those that are called the same in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.patient.knowing import topic
from agent.patient.shape import Card, Row
from agent.patient.voice import Voice, capital
from agent.safe_text import readable
from tools.clinical.plan import Item, Plan
from tools.patient_words import TopicKind

_KINDS: dict[str, TopicKind] = {"order": "order", "monitor": "order", "vaccinate": "order", "refer": "refer", "counsel": "counsel"}


def errand_cards(plan: Plan, voice: Voice) -> tuple[Card, ...]:
    """A card for each test, vaccine and visit, with why and by when; what comes first stands first."""
    wanted = [item for item in plan.items if item.action in {"order", "monitor", "vaccinate", "refer", "follow-up"}]
    found: dict[tuple[str, str], Card] = {}
    for item in sorted(wanted, key=_due):
        title, say = errand(item, voice)
        when = _when(item, voice)
        rows = tuple(Row(label, text) for label, text in ((voice.word("label_when"), when), (voice.word("label_why"), say)) if text)
        found.setdefault((title, say), Card(title=title, rows=rows, kind=item.action, item=item.id))
    return tuple(found.values())


def errand(item: Item, voice: Voice) -> tuple[str, str]:
    """What it is called, and what it is for; the plan's own name where there is no other."""
    if item.action == "follow-up":
        return voice.word("visit"), voice.word("visit_why")
    known = topic(_KINDS.get(item.action, "order"), item.subject.text)
    if known is None:
        voice.lacks(voice.word("part_names"))
        return capital(readable(item.subject.text)), ""
    return voice.say(known.title, known.of[0]), voice.say(known.say, known.of[0]) if known.say else ""


def advice(plan: Plan, told: Mapping[str, str], voice: Voice) -> Iterator[str]:
    """A line for each piece of advice, with what the care team wrote itself (`told`, by item)."""
    for item in plan.items:
        if item.action == "counsel":
            yield " ".join(part for part in (advice_line(item, voice), readable(told.get(item.id, ""))) if part)


def advice_line(item: Item, voice: Voice) -> str:
    """A piece of advice in plain words."""
    known = topic("counsel", item.subject.text)
    if known is None:
        voice.lacks(voice.word("part_names"))
        return voice.word("advice_unknown", name=readable(item.subject.text))
    return f"{voice.say(known.title, known.of[0])}: {voice.say(known.say, known.of[0])}"


def instruction(item: Item, voice: Voice) -> str:
    """A test, a visit or a piece of advice in a sentence or two."""
    if item.action == "counsel":
        return advice_line(item, voice)
    title, say = errand(item, voice)
    why = say or (voice.word("refer_why") if item.action == "refer" else "")
    return " ".join(part for part in (f"{title}.", _when(item, voice), why) if part)


def _due(item: Item) -> int:
    return item.due.within_days if item.due else 9999


def _when(item: Item, voice: Voice) -> str:
    if item.urgency != "routine" or (item.due and item.due.within_days == 0):
        return voice.word("when_today")
    return voice.word("when_by", date=voice.day(item.due.by)) if item.due else ""
