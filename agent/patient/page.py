"""The page for a patient, composed from a plan: its own values, and plain words from the knowledge base."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from msgspec import structs

from agent.patient.errands import advice, errand_cards
from agent.patient.knowing import condition, may_be_pregnant, name_of, plain_name, topic
from agent.patient.medicines import Medicine, card, grouped, medicines, missed, tips_of
from agent.patient.shape import Page, Part, Row
from agent.patient.voice import Voice
from agent.safe_text import readable
from tools.clinical.plan import Plan
from tools.patient_words import patient_words

_SHORT = ("stop", "hold", "change", "start", "wait", "continue")
_STATES = {"awaiting-review": "draft", "approved": "signed", "partly-approved": "partly_signed", "rejected": "rejected", "no-plan": "no_plan", "expired": "expired"}  # fmt: skip
_VOID = frozenset({"rejected", "no-plan", "expired"})


def patient_page(plan: Plan, language: str = "en", *, rejected: Collection[str] = ()) -> Page:
    """The page in one language.

    Args:
        plan: what it is about; its `status` decides whether the page calls itself a draft.
        language: one of `LANGUAGES`; what it lacks is said in English, and the page says what that is.
        rejected: items that a reviewer turned down; they are left out, and a medicine that one of them was about goes on.

    Returns:
        A page without any identifier that the plan does not show; texts of the record are made safe, and not yet escaped.
    """
    voice = Voice(language)
    told = {item.id: item.patient_instruction for item in plan.items if item.instruction_edited}
    plan = structs.replace(plan, items=tuple(item for item in plan.items if item.id not in rejected or item.subject.kind == "medication"))
    kept = structs.replace(plan, items=tuple(item for item in plan.items if item.id not in rejected))
    found = () if plan.status in _VOID else medicines(plan, frozenset(rejected), voice)
    parts = tuple(_with_words(part, told, voice) for part in _parts(kept, found, told, voice) if part.cards or part.lines or part.intro)
    return Page(
        language=language,
        title=voice.word("title"),
        made=voice.word("made_for", date=voice.day(plan.as_of)),
        state=voice.word(_STATES[plan.status]),
        holds=plan.status not in _VOID,
        urgent=tuple(_urgent(kept, voice)),
        parts=parts,
        footer=voice.word("footer"),
        lacking=voice.word("fallback", parts=voice.listed(voice.lacking)) if voice.lacking else "",
    )


def _parts(plan: Plan, found: tuple[Medicine, ...], told: Mapping[str, str], voice: Voice) -> Iterator[Part]:
    if plan.status in _VOID:
        yield Part("ambulance", voice.word("ambulance_head"), lines=tuple(_signs(plan, found, "ambulance", voice)))
        return
    yield Part("summary", voice.word("summary_head"), lines=tuple(_summary(found, voice)))
    tips = grouped((tip, medicine.name) for medicine in found for tip in tips_of(medicine, plan, voice))
    shared = {tip: names for tip, names in tips.items() if len(names) > 1}
    cards = tuple(card(medicine, plan, frozenset(shared), voice) for medicine in found)
    yield Part("medicines", voice.word("medicines_head"), intro="" if cards else voice.word("no_medicines"), cards=cards)
    yield Part("tips", voice.word("tips_head"), lines=tuple(_for_several(shared, voice)))
    yield Part("missed", voice.word("missed_head"), lines=tuple(_shared(found, "missed", voice)))
    yield Part("sick", voice.word("sick_head"), intro=voice.word("sick_intro"), lines=tuple(_shared(found, "sick_day", voice)))
    yield Part("call", voice.word("call_head"), lines=tuple(_signs(plan, found, "call", voice)))
    yield Part("ambulance", voice.word("ambulance_head"), lines=tuple(_signs(plan, found, "ambulance", voice)))
    yield Part("tests", voice.word("tests_head"), cards=errand_cards(plan, voice))
    yield Part("advice", voice.word("advice_head"), lines=tuple(advice(plan, told, voice)))
    yield Part("not-now", voice.word("not_head"), lines=tuple(dict.fromkeys(_not_now(plan, found, voice))))
    yield Part("questions", voice.word("questions_head"), lines=tuple(_questions(plan, found, voice)))
    yield Part("allergies", voice.word("allergies_head"), lines=(_allergies(plan, voice),))


def _with_words(part: Part, told: Mapping[str, str], voice: Voice) -> Part:
    """The part with what the care team wrote itself: on the card of its item."""
    cards = [replace(card, rows=(*card.rows, _told(told[card.item], voice))) if card.item in told else card for card in part.cards]
    return replace(part, cards=tuple(cards))


def _told(words: str, voice: Voice) -> Row:
    label = voice.word("label_told")
    voice.lacks(label)
    return Row(label, readable(words))


def _urgent(plan: Plan, voice: Voice) -> Iterator[str]:
    if plan.disposition.urgency == "emergency":
        yield voice.word("emergency")
    elif plan.disposition.urgency == "same-day":
        yield voice.word("same_day")


def _summary(found: tuple[Medicine, ...], voice: Voice) -> Iterator[str]:
    for group in _SHORT:
        names = [medicine.name for medicine in found if medicine.group == group or (group == "continue" and medicine.group == "rejected")]
        if names:
            yield f"{voice.word(f'group_{group}')}: {voice.listed(names)}."


def _shared(found: tuple[Medicine, ...], field: str, voice: Voice) -> Iterator[str]:
    """What holds for several medicines in one line, with their names."""
    taken = [medicine for medicine in found if medicine.taken]
    if field == "missed":
        pairs = [(missed(medicine), medicine.name) for medicine in taken]
    else:
        pairs = [(words.sick_day, medicine.name) for medicine in taken for words in medicine.words]
    yield from _for_several(grouped(pairs), voice)


def _for_several(phrases: Mapping[str, list[str]], voice: Voice) -> Iterator[str]:
    for phrase, names in phrases.items():
        yield voice.word("holds_for", names=voice.listed(names), text=voice.phrase(phrase))


def _signs(plan: Plan, found: tuple[Medicine, ...], field: str, voice: Voice) -> Iterator[str]:
    """When to call: for the health problems, then for the medicines, each sign once."""
    yield voice.word(f"{field}_any")
    problems = [known for problem in plan.problems if (known := condition(problem.module))]
    wanted = [getattr(entry, field) for entry in (*problems, *(words for m in found if m.taken for words in m.words))]
    fertile = may_be_pregnant(plan)
    for phrase in dict.fromkeys(name for names in wanted for name in names):
        if voice.knows_of(phrase, fertile=fertile) and not patient_words().phrase(phrase).general:
            yield voice.phrase(phrase)


def _not_now(plan: Plan, found: tuple[Medicine, ...], voice: Voice) -> Iterator[str]:
    yield from (voice.word("not_wait", name=medicine.name) for medicine in found if medicine.group == "wait")
    for item in plan.items:
        named = [other.subject for other in item.alternatives if other.subject.kind == "medication"]
        others = voice.listed(name_of(s.ingredients, voice) if s.ingredients else plain_name(s.text) for s in named)
        if others and item.action == "start":
            yield voice.word("not_instead", others=others, name=name_of(item.subject.ingredients, voice))
        elif others:
            yield voice.word("not_other", others=others)
    if any(line.status == "refused" for line in plan.coverage):
        yield voice.word("not_refused")
    if any(line.status == "not-covered" for line in plan.coverage):
        yield voice.word("not_covered")


def _questions(plan: Plan, found: tuple[Medicine, ...], voice: Voice) -> Iterator[str]:
    yield voice.word("questions_why")
    if uncertain := [medicine.name for medicine in found if medicine.line and medicine.line.currency == "uncertain"]:
        yield voice.word("questions_taken", names=voice.listed(uncertain))
    known = [asked for question in plan.questions if (asked := topic("ask", question.about))]
    yield from dict.fromkeys(voice.say(one.say, one.of[0]) for one in known)
    yield voice.word("questions_mix")
    yield voice.word("questions_cost")
    if may_be_pregnant(plan) and plan.patient.pregnancy == "unknown":
        yield voice.word("questions_pregnancy")
    if plan.status == "awaiting-review" and len(plan.questions) > len(known):
        yield voice.word("questions_more", count=str(len(plan.questions) - len(known)))


def _allergies(plan: Plan, voice: Voice) -> str:
    if not plan.patient.allergies:
        return voice.word("allergies_none")
    voice.lacks(voice.word("part_allergies"))
    return voice.word("allergies_some", text="; ".join(readable(text).partition(" (")[0] for text in plan.patient.allergies))
