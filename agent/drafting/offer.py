"""What a model is offered: the lines, facts and questions of the rules under handles, so that it can choose and not invent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from agent import wording
from agent.case import Case
from agent.privacy.outgoing import coded_facts, medicine, patient_line, without_record_text
from agent.weighing import weighed
from tools.clinical.answer import Citation
from tools.clinical.plan import Item, Plan
from tools.clinical.weighed import WeighedOption

_SAFETY = frozenset({"stop", "hold", "change"})


@dataclass(frozen=True)
class Option:
    """A medicine that was weighed for a line and not chosen.

    Attributes:
        line: handle of the line that it could stand in.
        name: its ingredient.
        because: why the rules did not choose it.
        said: what the table of options says of it, as it is sent.
        evidence: who measured what the table says.
    """

    line: str
    name: str
    because: str
    said: dict[str, str]
    evidence: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Offer:
    """Handles and what they stand for.

    Attributes:
        lines: handle → line of the rules' plan.
        facts: handle → coded fact.
        references: handle of a fact → reference of the record.
        safety: handles of lines that stand whatever the model says.
        text: the offer as JSON, as it is sent.
        sources: handle of a line → the sentences that its wording may draw on, besides the facts that it cites.
        cites: handle of a line → handles of its facts.
        options: handle of an option → the medicine.
    """

    lines: dict[str, Item]
    facts: dict[str, str]
    references: dict[str, str]
    safety: frozenset[str]
    text: str
    sources: dict[str, tuple[str, ...]]
    cites: dict[str, tuple[str, ...]]
    options: dict[str, Option]


def offer_of(case: Case, plan: Plan) -> Offer:
    """The offer for a draft of the rules: only facts that one of its lines cites are part of it."""
    coded = coded_facts(case)
    cited = [r for item in plan.items for reason in item.rationale for r in reason.facts if r in coded]
    handles = {reference: f"f{n}" for n, reference in enumerate(dict.fromkeys(cited), start=1)}
    lines = {f"o{n}": item for n, item in enumerate(plan.items, start=1)}
    cites = {o: tuple(dict.fromkeys(handles[r] for why in item.rationale for r in why.facts if r in handles)) for o, item in lines.items()}
    safety = frozenset(o for o, item in lines.items() if item.action in _SAFETY or item.urgency != "routine")
    facts = {handle: coded[reference] for reference, handle in handles.items()}
    options = {f"a{n}": option for n, option in enumerate(_options(case, plan, lines), start=1)}
    shown = {o: _line(case, item, cites[o], safe=o in safety) for o, item in lines.items()}
    for o, line in shown.items():
        if own := {a: option.said for a, option in options.items() if option.line == o}:
            line["options"] = own
    content = {"patient": patient_line(case), "facts": facts, "lines": shown, "questions": list(_questions(case, plan))}
    return Offer(
        lines=lines, facts=facts, references={f: r for r, f in handles.items()}, safety=safety,
        text=orjson.dumps(content).decode(), sources={o: _sources(line) for o, line in shown.items()}, cites=cites, options=options,
    )  # fmt: skip


def _options(case: Case, plan: Plan, lines: dict[str, Item]) -> Iterator[Option]:
    """Medicines that were weighed and not chosen, by the one ingredient that they are: those passed over first, then others of
    the table; none that a check or a reviewer has struck out.
    """
    starts = {o: item for o, item in lines.items() if item.action == "start" and item.alternatives}
    tables = {table.item: table for table in weighed(plan, case)} if starts else {}
    for o, item in starts.items():
        found = {a.subject.ingredients[0].name: a.not_chosen_because for a in item.alternatives if len(a.subject.ingredients) == 1}
        shown = {x.medicine: x for x in tables[item.id].options if x.kind == "medicine" and x.medicine and not x.chosen}
        found |= {name: x.not_chosen_because for name, x in shown.items() if name not in found and "/" not in name}
        for name, because in ((n, b) for n, b in found.items() if n not in case.excluded):
            said = (
                {"name": name, "not_chosen": because, **_weighed(shown[name])} if name in shown else {"name": name, "not_chosen": because}
            )
            evidence = tuple(e for effect in shown[name].benefits for e in effect.evidence) if name in shown else ()
            yield Option(o, name, because, {key: without_record_text(text, case) for key, text in said.items()}, evidence)


def _weighed(option: WeighedOption) -> dict[str, str]:
    """What the table says of an option, by what it is about."""
    figures = "; ".join(f"{e.outcome} {e.per_1000 or e.text}{f' of 1000 {e.over}' if e.per_1000 else ''}".strip() for e in option.benefits)
    wishes = " ".join(f"{p.text} {p.fit.replace('-', ' ')}." for p in option.preferences)
    said = {"cost": option.cost, "burden": option.burden, "monitoring": "; ".join(option.monitoring)}
    return {key: text for key, text in {**said, "benefits": figures, "wishes": wishes}.items() if text and text != "unknown"}


def _line(case: Case, item: Item, cites: tuple[str, ...], *, safe: bool) -> dict[str, object]:
    said = {
        "do": item.action,
        "what": _subject(case, item),
        "dose": item.dose.text if item.dose else "",
        "change": without_record_text(item.change, case),
        "why": " ".join(without_record_text(reason.text, case) for reason in item.rationale),
        "within_days": item.due.within_days if item.due else None,
        "safety": safe or None,
        "facts": cites,
        "evidence": sorted({citation.id for reason in item.rationale for citation in reason.evidence}),
    }
    return {name: value for name, value in said.items() if value}


def _subject(case: Case, item: Item) -> str:
    use = next((use for use in case.taken if use.reference == item.subject.reference), None)
    return medicine(use) if use else without_record_text(item.subject.text, case)


def _sources(line: dict[str, object]) -> tuple[str, ...]:
    head = f"{line['do']} {line['what']}"
    return (head, *(str(line[key]) for key in ("dose", "change", "why") if key in line))


def _questions(case: Case, plan: Plan) -> Iterator[str]:
    """What the questions are about, where that is a name of ours; words of the record stay here."""
    quoted = [use.text.casefold() for use in case.taken if use.text]
    for question in plan.questions:
        if not any(text in question.about.casefold() for text in quoted):
            yield wording.lowered(question.about)
