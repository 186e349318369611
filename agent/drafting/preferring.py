"""An option that the model would rather choose takes the place of the rules' choice, where a draft without that choice arrives at it.

The way is the one that a reviewer's rejection takes: what the rules chose is struck out, the guidelines decide again, and the draft that
comes of it counts only where it differs from the first in this one medicine and brings no new alert. Else, or where nothing bears what the
model says for its option, the preference is a question to the team, and the line stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from msgspec import structs

from agent.case import Case
from agent.checking.regimen import find_issues
from agent.drafting.answer import Answer, Preference, Wording, unborne
from agent.drafting.offer import Offer, Option, offer_of
from agent.drafting.rules import RulesDrafter
from agent.toolbox import ClinicalToolbox
from tools.clinical.plan import Alternative, Item, Plan, Rationale

_DECIDING = frozenset({"start", "stop", "hold", "change"})


@dataclass(frozen=True)
class Refused:
    """A preference that stays a question: the option, the line that stands, why, and whether a check speaks against the option."""

    option: Option
    item: Item
    why: str
    barred: bool = False


@dataclass(frozen=True)
class Ground:
    """What a plan is assembled from: the draft of the rules, its offer, the answer in the handles of that offer, what came of preferences."""

    case: Case
    rules: Plan
    offer: Offer
    answer: Answer
    preferred: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


def with_preferred(ground: Ground) -> Ground:
    """The same with each preference of the answer either in its line or refused."""
    first = ground.offer
    for wish in ground.answer.prefer:
        option = first.options[wish.option]
        item = first.lines[option.line]
        if fault := unborne(wish, first):
            found: Ground | Refused = Refused(option, item, f"nothing bears what it says for it ({fault})")
        else:
            found = _swapped(ground, first, item, wish)
        ground = replace(ground, refused=(*ground.refused, found)) if isinstance(found, Refused) else found
    return ground


def _swapped(ground: Ground, first: Offer, item: Item, wish: Preference) -> Ground | Refused:
    option = first.options[wish.option]
    struck = _ahead(item, option.name)
    if item.urgency != "routine" or not struck:
        return Refused(option, item, "the line is urgent, or is a product that holds it already")
    case = ground.case.without(struck)
    again = RulesDrafter().draft(case)
    line = next((i for i in again.items if i.action == "start" and i.subject.text == option.name), None)
    if line is None:
        bar = ClinicalToolbox(case.excluded).barred(option.name, case.facts)
        return Refused(option, item, bar.reason if bar else "the recommendation that decided does not choose it", barred=bar is not None)
    if _deciding(again.items, line) != _deciding(ground.rules.items, item):
        return Refused(option, item, "it would change other lines about medicines")
    if alert := _new_alert(ground, again, case):
        return Refused(option, item, alert, barred=True)
    chosen = _told(line, item, wish, first)
    again = structs.replace(again, items=tuple(chosen if i is line else i for i in again.items))
    offer = offer_of(case, again)
    answer = _translated(ground.answer, ground.offer, offer, {_key(item): _key(line)})
    said = f"{line.id}: {option.name} over {item.subject.text}"
    return replace(ground, case=case, rules=again, offer=offer, answer=answer, preferred=(*ground.preferred, said))


def _ahead(item: Item, name: str) -> frozenset[str]:
    """What must be struck out for the recommendation to arrive at this option: its choice, and what it names before the option."""
    names = {i.name for i in item.subject.ingredients}
    for alternative in item.alternatives:
        if alternative.subject.text == name:
            break
        names |= {i.name for i in alternative.subject.ingredients}
    return frozenset(names - {name})


def _deciding(items: Iterable[Item], but: Item) -> frozenset[tuple[str, str]]:
    return frozenset(_key(item) for item in items if item.action in _DECIDING and item is not but)


def _key(item: Item) -> tuple[str, str]:
    return item.action, item.subject.reference or item.subject.text


def _new_alert(ground: Ground, again: Plan, case: Case) -> str:
    """What the draft with the option would interrupt a reader for, and the first draft would not."""
    before = {issue.rule.id for issue in find_issues(ground.rules, ground.case).issues if issue.interruptive}
    after = (issue for issue in find_issues(again, case).issues if issue.interruptive and issue.rule.id not in before)
    return next((issue.consequence for issue in after), "")


def _told(line: Item, item: Item, wish: Preference, offer: Offer) -> Item:
    """The line with who preferred it and why; what the rules chose stays the first of what was not."""
    name, chosen = line.subject.text, item.subject.text
    facts = tuple(offer.references[f] for f in dict.fromkeys(wish.facts))
    text = wish.text.strip()
    preferred = Rationale(text=f"The model preferred {name} over {chosen}, the choice of the rules, because: {text}", facts=facts)
    passed = Alternative(
        subject=item.subject,
        not_chosen_because=f"The rules chose it; the model preferred {name}, because: {text}",
        evidence=offer.options[wish.option].evidence,
    )
    others = tuple(a for a in item.alternatives if a.subject.text != name)
    return structs.replace(line, rationale=(*line.rationale, preferred), alternatives=(passed, *others))


def _translated(answer: Answer, old: Offer, new: Offer, moved: dict[tuple[str, str], tuple[str, str]]) -> Answer:
    """The answer in the handles of another offer; lines that only the other one has come last, words on the line that changed are dropped."""
    places = {_key(item): o for o, item in new.lines.items()}
    lines = {o: place for o, item in old.lines.items() if (place := places.get(moved.get(_key(item), _key(item))))}
    changed = {o for o, item in old.lines.items() if _key(item) in moved}
    numbers = {reference: f for f, reference in new.references.items()}

    def facts(named: Iterable[str]) -> tuple[str, ...]:
        return tuple(numbers[old.references[f]] for f in named if old.references[f] in numbers)

    order = tuple(lines[o] for o in answer.order if o in lines)
    return Answer(
        order=(*order, *(o for o in new.lines if o not in lines.values())),
        defer=tuple(lines[o] for o in answer.defer if o in lines),
        confirm=facts(answer.confirm),
        wording=tuple(
            Wording(line=lines[w.line], text=w.text, facts=facts(w.facts))
            for w in answer.wording
            if w.line in lines and w.line not in changed
        ),
        propose=tuple(structs.replace(p, facts=facts(p.facts)) for p in answer.propose),
    )
