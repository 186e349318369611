"""From parts of a plan to what the words for patients say of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from agent import wording
from agent.patient.voice import Voice
from agent.safe_text import readable
from tools.clinical.plan import Item, MedicationLine, Plan, PlanIngredient
from tools.guidelines import modules
from tools.guidelines.pregnancy import can_be_pregnant
from tools.patient_words import MedicineWords, Topic, TopicKind, patient_words
from tools.terminology import terminology

_AS_NEEDED = ("as needed", "if needed")
_DAILY_TIP = "every-day-not-rescue"


def name_of(ingredients: Iterable[PlanIngredient], voice: Voice) -> str:
    """What a medicine is called on the page: its ingredients, as the plan names them."""
    return "/".join(plain_name(ingredient.name) for ingredient in ingredients) or voice.word("unnamed")


def plain_name(name: str) -> str:
    """An ingredient, or another name of the knowledge base, as people write it."""
    return readable(name).replace("-", " ")


@lru_cache(maxsize=2048)
def entries(names: tuple[str, ...], route: str) -> tuple[MedicineWords, ...]:
    """The entries that speak for a medicine: one an ingredient, each once; empty where none does."""
    known = terminology()
    found = [patient_words().medicine(name, known.kinds_of(name), route) for name in names]
    return tuple({entry.of: entry for entry in found if entry}.values())


def entries_of(ingredients: Iterable[PlanIngredient], text: str, route: str | None) -> tuple[MedicineWords, ...]:
    """The entries for a medicine of the plan, given by the route that its dose, else its text, says."""
    names = tuple(ingredient.name for ingredient in ingredients)
    return entries(names, route or terminology().medication(text).route or "")


def missed_phrase(words: MedicineWords, dose: str) -> str:
    """What to do about a missed dose; nothing can be missed of what is taken as needed."""
    return "as-needed" if any(mark in dose for mark in _AS_NEEDED) else words.missed


def tips(words: MedicineWords, dose: str) -> tuple[str, ...]:
    """How to take it; a medicine that is also taken for an attack is not called unfit for one."""
    reliever = any(mark in dose for mark in _AS_NEEDED)
    return tuple(tip for tip in words.tips if not (reliever and tip == _DAILY_TIP))


def topic(kind: TopicKind, text: str) -> Topic | None:
    """The topic behind a title of the plan."""
    name = _names().get((kind, text))
    return patient_words().topic(kind, name) if name else None


@lru_cache(maxsize=1)
def _names() -> dict[tuple[TopicKind, str], str]:
    return {(topic.kind, wording.title(name)): name for topic in patient_words().topics for name in topic.of}


def condition(module: str | None) -> Topic | None:
    """The health problem that a module of the guidelines is about."""
    return patient_words().topic("condition", module) if module else None


def conditions_of(item: Item, plan: Plan, voice: Voice) -> tuple[str, ...]:
    """The health problem that an item is for, in plain words; empty where there is none to name."""
    module = next((problem.module for problem in plan.problems if problem.id == item.problem), None)
    found = condition(module)
    return (voice.say(found.title, module or ""),) if found else ()


def indication_of(line: MedicationLine, voice: Voice) -> tuple[str, ...]:
    """The health problem that a current medicine is for; only one that the guidelines name."""
    module = _titles().get(line.indication)
    found = condition(module)
    return (voice.say(found.title, module or ""),) if found else ()


def may_be_pregnant(plan: Plan) -> bool:
    """Neither sex nor age rules it out."""
    return _can_be_pregnant(plan.patient.sex, plan.patient.age, plan.as_of)


@lru_cache(maxsize=256)
def _can_be_pregnant(sex: str | None, age: int | None, as_of: str) -> bool:
    return can_be_pregnant(sex, age, date.fromisoformat(as_of))


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return {module.title: name for name, module in modules().items()}
