"""How a medicine is to be taken, as the plan writes it: the same numbers in plain words, and nothing where the plan gives none."""

from __future__ import annotations

from agent.patient.voice import Voice, capital
from tools.clinical.plan import Item, MedicationLine
from tools.patient_words import patient_words

_NOT_RECORDED = "dose not recorded"


def how(item: Item, voice: Voice, name: str, *, tapered: bool, signed: bool) -> tuple[str, ...]:
    """Sentences on how to take, change, pause or end it."""
    today = item.urgency != "routine"
    if item.action == "start":
        return _start(item, voice, name)
    if item.action == "change":
        return _change(item, voice, name, today=today)
    if tapered:
        return (voice.word("how_change_today" if today else "how_stop_taper"),)
    end = "how_hold" if item.action == "hold" and (signed or not today) else "how_stop_today" if today else "how_stop"
    return (voice.word(f"{end}_signed" if signed else end),)


def waits_for_later(item: Item) -> bool:
    """A start that the plan puts off to a later visit."""
    return item.action == "start" and bool(item.change) and item.due is not None and item.due.within_days > 0


def as_now(line: MedicationLine, voice: Voice, name: str) -> str:
    """How a current medicine is taken by the record."""
    if line.regimen == _NOT_RECORDED or not line.regimen:
        return voice.word("how_not_recorded")
    return capital(voice.word("how_dose", dose=voice.dose(line.regimen, name)))


def dose_in_words(item: Item, voice: Voice, name: str) -> str:
    """The dose with what it depends on by the hour: `as needed` and the like; empty where the plan gives none."""
    if item.dose is None or not item.dose.text:
        return ""
    parts = [voice.dose(item.dose.text, name)]
    more = (said for text in item.dose.adjustments if (said := patient_words().dose(text, voice.language)) and _says_when(text))
    return ", ".join(dict.fromkeys((*parts, *more)))


def _says_when(adjustment: str) -> bool:
    return adjustment.startswith(("as needed", "for ")) or "as needed" in adjustment


def _start(item: Item, voice: Voice, name: str) -> tuple[str, ...]:
    dose = dose_in_words(item, voice, name)
    found = [capital(voice.word("how_dose", dose=dose)) if dose else voice.word("how_unknown")]
    if waits_for_later(item) and item.due:
        found = [voice.word("how_wait", date=voice.day(item.due.by)), *found]
    if item.dose and item.dose.titration:
        found.append(voice.word("how_steps"))
    return tuple(found)


def _change(item: Item, voice: Voice, name: str, *, today: bool) -> tuple[str, ...]:
    first = (voice.word("how_change_today"),) if today else ()
    if dose := dose_in_words(item, voice, name):
        return (*first, voice.word("how_new", dose=dose))
    if change := patient_words().dose(item.change, voice.language):
        return (*first, voice.word("how_new", dose=change))
    return first or (voice.word("how_change_unknown"),)
