"""The plan that follows from an answer: made by this code from the rules' own lines, so that nothing else can stand in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import structs

from agent.checking.wording import sentences
from agent.drafting.answer import Answer, left_out, struck, unborne
from agent.drafting.medications import medication_lines
from agent.drafting.offer import Offer
from agent.drafting.preferring import Ground, Refused, with_preferred
from agent.drafting.proposing import heard
from agent.drafting.summary import top_changes
from agent.wording import sentence
from tools.clinical.plan import Item, ModelReport, Plan, Question

_URGENCY = ("emergency", "same-day", "routine")


def assembled(first: Ground) -> tuple[Plan, ModelReport]:
    """The rules' plan with the options, in the order, with the questions and in the words of the answer, as far as they can stand.

    Returns:
        The plan, and how much of the wording is borne out, what was struck, restored, preferred and barred.
    """
    ground = with_preferred(first)
    proposals = heard(ground.answer.propose, ground.case, ground.rules, ground.offer)
    plan = _plan(ground)
    asked = (*_refusals(ground.refused), *proposals.asked)
    numbered = tuple(structs.replace(q, id=f"q{n}") for n, q in enumerate(asked, start=len(plan.questions) + 1))
    told = structs.replace(
        _report(ground.offer, ground.answer),
        preferred=ground.preferred,
        barred=(*(f"{r.option.name}: {sentence(r.why)}" for r in ground.refused if r.barred), *proposals.barred),
        outside=len(proposals.asked),
    )
    told = _with_preferences(told, first, proposals.struck)
    return structs.replace(plan, questions=(*plan.questions, *numbered)), told


def _plan(ground: Ground) -> Plan:
    rules, offer, answer = ground.rules, ground.offer, ground.answer
    bad = struck(answer, offer)
    words = {w.line: w.text.strip() for w in answer.wording if w.line not in bad}
    put_off = _put_off(answer, offer)
    asked = tuple(_questions(rules, offer, answer, put_off))
    waiting = {offer.lines[o].id: question.id for question, o in zip(asked, put_off, strict=False)}
    items = tuple(_item(offer.lines[o], words.get(o), waiting.get(offer.lines[o].id)) for o in _ordered(offer, answer))
    return structs.replace(
        rules, items=items, questions=(*rules.questions, *asked), medications=medication_lines(ground.case, items),
        top_changes=top_changes(items),
    )  # fmt: skip


def _report(offer: Offer, answer: Answer) -> ModelReport:
    """How much of the wording is borne out, and what was struck or restored."""
    bad = struck(answer, offer)
    written = sum(len(sentences(w.text)) for w in answer.wording)
    kept = sum(len(sentences(w.text)) for w in answer.wording if w.line not in bad)
    reasons = tuple(f"{offer.lines[o].id}: {reason}" for o, why in bad.items() for reason in dict.fromkeys(why))
    return ModelReport(sentences=written, grounded=kept, struck=reasons, restored=tuple(offer.lines[o].id for o in left_out(answer, offer)))


def _with_preferences(told: ModelReport, first: Ground, more: Iterable[str]) -> ModelReport:
    """What is said for options counts as wording does."""
    faults = {wish: unborne(wish, first.offer) for wish in first.answer.prefer}
    written = {wish: len(sentences(wish.text)) for wish in faults}
    reasons = (f"{first.offer.options[wish.option].name}: {why}" for wish, why in faults.items() if why)
    return structs.replace(
        told, sentences=told.sentences + sum(written.values()), struck=(*told.struck, *reasons, *more),
        grounded=told.grounded + sum(n for wish, n in written.items() if not faults[wish]),
    )  # fmt: skip


def _put_off(answer: Answer, offer: Offer) -> tuple[str, ...]:
    """Lines that the model defers or omits, but for safety lines: they stay, and wait for the team."""
    kept = set(answer.order) - set(answer.defer)
    return tuple(o for o in offer.lines if o not in kept and o not in offer.safety)


def _ordered(offer: Offer, answer: Answer) -> list[str]:
    """Urgent lines, then safety lines, then the model's order; what it left out comes last."""
    place = {o: n for n, o in enumerate(answer.order)}
    offered = list(offer.lines)

    def rank(o: str) -> tuple[int, bool, int, int]:
        fixed = o in offer.safety
        return (_URGENCY.index(offer.lines[o].urgency), not fixed, 0 if fixed else place.get(o, len(offered)), offered.index(o))

    return sorted(offered, key=rank)


def _questions(rules: Plan, offer: Offer, answer: Answer, put_off: Collection[str]) -> Iterable[Question]:
    first = len(rules.questions) + 1
    for n, o in enumerate(put_off, start=first):
        item = offer.lines[o]
        facts = tuple(dict.fromkeys(f for reason in item.rationale for f in reason.facts))
        yield Question(
            id=f"q{n}", about=f"whether now: {item.action} {item.subject.text}", why="The model would put it off; the rules call for it.", blocks=(item.id,), facts=facts,
        )  # fmt: skip
    for n, f in enumerate(dict.fromkeys(answer.confirm), start=first + len(put_off)):
        yield Question(
            id=f"q{n}", about=f"whether this is right: {offer.facts[f]}", why="The model asks for it.", facts=(offer.references[f],)
        )


def _refusals(refused: Iterable[Refused]) -> Iterable[Question]:
    """An option that the model would rather choose and that does not take its line: whoever agrees edits it, under the checks of an edit."""
    for one in refused:
        why = f"The model would choose it; the tools did not: {one.option.because} It took no line: {sentence(one.why)}"
        facts = tuple(dict.fromkeys(f for reason in one.item.rationale for f in reason.facts))
        yield Question(id="", about=f"whether {one.option.name} instead of {one.item.subject.text}", why=why, facts=facts)


def _item(item: Item, words: str | None, question: str | None) -> Item:
    if question:
        item = structs.replace(item, conditional_on=(*item.conditional_on, question))
    if words and item.rationale:
        first = structs.replace(item.rationale[0], text=words)
        return structs.replace(item, rationale=(first, *item.rationale[1:]))
    return item
