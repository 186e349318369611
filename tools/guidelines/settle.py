"""The end of a run: what is missing, duplicates, conflicts between modules, continued medicines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tools.clinical.facts import MedicationUse
from tools.guidelines.modules import Module, Rule, asked_first, shared
from tools.guidelines.pace import paced
from tools.guidelines.results import Decision, Question
from tools.guidelines.run import State
from tools.guidelines.shared import DOSES

_PLAIN = frozenset({"order", "refer", "counsel", "ask"})
_DOSE = "daily dose of "
_NO_CHANGE = "no recommendation asks for a change at this visit"
_DOSE_UNKNOWN = "whether it changes depends on its dose, which is not recorded"
_ENDING = frozenset({"stop", "hold"})


@dataclass(frozen=True)
class Settled:
    """Decisions and questions, each once."""

    decisions: tuple[Decision, ...]
    questions: tuple[Question, ...]


def settle(state: State, active: Sequence[Module]) -> Settled:
    """Put the decisions of all modules together."""
    orders, asked = _obtain(state)
    decisions = _split([*state.decisions, *orders])
    decisions = _merged(decisions)
    decisions = _without_conflicts(decisions)
    if not state.emergency:  # what goes on is decided after the emergency
        decisions = [*decisions, *_continued(state, active, decisions)]
    decisions = paced(decisions, state)
    questions = [*_first(decisions), *state.questions, *asked, *_about_pregnancy(state, decisions)]
    return Settled(tuple(decisions), _questions(questions, decisions))


def _about_pregnancy(state: State, decisions: Sequence[Decision]) -> list[Question]:
    """Whether a pregnancy is possible or wished is asked before any medicine begins in a woman of whom it is not recorded."""
    started = [d.picked for d in decisions if d.action in ("start", "change") and d.picked and not d.deferred]
    how = shared().obtaining("pregnancy").ask
    if not started or how is None or state.facts.sex != "female" or state.facts.pregnancy != "unknown":
        return []
    return [Question(how, f"Not recorded, and it belongs to the choice of what begins: {', '.join(dict.fromkeys(started))}.")]


def _first(decisions: Sequence[Decision]) -> list[Question]:
    """What has to be known before a decision is carried out, asked with the reason of the decision."""
    return [
        Question(name, f"It decides whether this is right: {decision.because.rstrip('.')}.", decision.facts)
        for decision in decisions
        for name in asked_first().get(decision.recommendation, ())
        if name in decision.conditional_on
    ]


def _obtain(state: State) -> tuple[list[Decision], list[Question]]:
    """Order the tests that decisions wait for; ask what no test can tell."""
    orders: list[Decision] = []
    questions: list[Question] = []
    ordered = {name for d in state.decisions if d.action == "order" for name in d.subjects}
    for name, rules in state.wanted.items():
        how = shared().obtaining(name)
        reasons = "; ".join(list(dict.fromkeys(rule.recommendation.because.rstrip(".") for rule in rules))[:2])
        if any(state.facts.problem(name) for name in how.unless_has) or _known(state, how.unless_known):
            continue
        if how.order and how.order not in ordered:
            ordered.add(how.order)
            orders.append(_order(how.order, rules, reasons))
        elif how.ask:
            questions.append(Question(how.ask, f"Not recorded, and it could change this: {reasons}."))
    return orders, [*questions, *_about_regimens(state)]


def _known(state: State, names: Sequence[str]) -> bool:
    return bool(names) and all(state.facts.latest(name, shared().monitored_within_days) is not None for name in names)


def _about_regimens(state: State) -> list[Question]:
    """One question on all doses that decisions need and the record does not have."""
    named = dict.fromkeys(name.removeprefix(_DOSE) for name in state.wanted if name.startswith(_DOSE))
    settled = state.gone() | state.replaced()
    drugs = tuple(drug for drug in named if any(use.reference not in settled for use in state.taking((drug,))))
    if not drugs:
        return []
    facts = tuple(use.reference for use in state.taking(drugs))
    return [Question(DOSES, f"Not recorded, and the next step depends on them: {', '.join(drugs)}.", facts)]


def _order(name: str, rules: Sequence[Rule], titles: str) -> Decision:
    rule = rules[0]
    return Decision(
        recommendation=rule.recommendation.id,
        module=rule.module,
        action="order",
        subjects=(name,),
        due_days=shared().obtain_within_days,
        because=f"No value recent enough, and it is needed to decide: {titles}",
        evidence=(rule.citation,),
    )


def _split(decisions: Iterable[Decision]) -> list[Decision]:
    """One line a test, referral or topic."""
    found = []
    for decision in decisions:
        if decision.action in _PLAIN and len(decision.subjects) > 1:
            found += [replace(decision, subjects=(name,)) for name in decision.subjects]
        else:
            found.append(decision)
    return found


def _merged(decisions: Iterable[Decision]) -> list[Decision]:
    """The same test, referral, topic or visit once, at the earliest date, with every reason."""
    merged: dict[tuple[str, ...], Decision] = {}
    for decision in decisions:
        key = _key(decision)
        have = merged.get(key)
        merged[key] = decision if have is None else _joined(have, decision)
    return list(merged.values())


def _key(decision: Decision) -> tuple[str, ...]:
    if decision.action in _PLAIN:
        return (decision.action, *decision.subjects)
    if decision.action == "follow_up":
        return (decision.action, decision.module, *decision.subjects)
    return (decision.action, *(decision.targets or (decision.picked or "", *decision.subjects)), decision.change)


def _joined(first: Decision, second: Decision) -> Decision:
    due = [days for days in (first.due_days, second.due_days) if days is not None]
    urgent = min((first, second), key=lambda d: ("emergency", "same-day", "routine").index(d.urgency))
    reasons = dict.fromkeys((*first.because.split("; "), *second.because.split("; ")))
    return replace(
        first,
        due_days=min(due) if due else None,
        because="; ".join(reasons),
        evidence=tuple(dict.fromkeys((*first.evidence, *second.evidence))),
        facts=tuple(dict.fromkeys((*first.facts, *second.facts))),
        conditional_on=tuple(dict.fromkeys((*first.conditional_on, *second.conditional_on))),
        urgency=urgent.urgency,
    )


def _without_conflicts(decisions: list[Decision]) -> list[Decision]:
    """A medicine that one rule stops or holds is not changed or continued by another; the stop shows the other's reason."""
    found: list[Decision] = []
    endings = [d for d in decisions if d.action in _ENDING]
    ended = {target for d in endings for target in d.targets}
    against: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.action in {"change", "continue"} and ended.intersection(decision.targets):
            for target in ended.intersection(decision.targets):
                against.setdefault(target, []).append(decision)
            left = tuple(target for target in decision.targets if target not in ended)
            if left:
                found.append(replace(decision, targets=left))
        else:
            found.append(decision)
    changed = {target for d in found if d.action == "change" for target in d.targets}
    found = [_less(d, changed) for d in found]
    return [_with_other_side(d, against) for d in found if d.targets or d.action not in {"continue"}]


def _less(decision: Decision, changed: set[str]) -> Decision:
    if decision.action != "continue":
        return decision
    return replace(decision, targets=tuple(target for target in decision.targets if target not in changed))


def _with_other_side(decision: Decision, against: dict[str, list[Decision]]) -> Decision:
    if decision.action not in _ENDING:
        return decision
    others = [other for target in decision.targets for other in against.get(target, ()) if other.module != decision.module]
    if not others:
        return decision
    said = "; ".join(dict.fromkeys(f"{other.module} would {other.action} it: {other.because.rstrip('.')}" for other in others))
    evidence = tuple(dict.fromkeys((*decision.evidence, *(e for other in others for e in other.evidence))))
    return replace(decision, because=f"{decision.because.rstrip('.')}. On the other hand, {said}", evidence=evidence)


def _continued(state: State, active: Sequence[Module], decisions: Sequence[Decision]) -> list[Decision]:
    """Medicines that treat an active condition and that nothing else is decided about."""
    settled = {target for d in decisions for target in d.targets}
    found = []
    for module in active:
        uses = [use for use in state.facts.medications if use.taken and use.kinds & module.treats_with and use.reference not in settled]
        if uses:
            settled |= {use.reference for use in uses}
            unknown = [use for use in uses if any(f"{_DOSE}{kind}" in state.wanted for kind in use.kinds)]
            known = [use for use in uses if use not in unknown]
            found += [_continue(module, known, _NO_CHANGE)] if known else []
            found += [_continue(module, unknown, _DOSE_UNKNOWN)] if unknown else []
    return found


def _continue(module: Module, uses: Sequence[MedicationUse], why: str) -> Decision:
    return Decision(
        recommendation=f"{module.id}-continue",
        module=module.id,
        action="continue",
        subjects=tuple(dict.fromkeys(use.text for use in uses)),
        targets=tuple(use.reference for use in uses),
        indication=module.indication,
        because=f"Part of the treatment of this condition ({module.title}); {why}",
        evidence=module.sources[:1],
    )


def _questions(questions: Iterable[Question], decisions: Sequence[Decision]) -> tuple[Question, ...]:
    """Each subject once; what a decision asks already is not asked again."""
    asked = {name for d in decisions if d.action == "ask" for name in d.subjects}
    merged: dict[str, Question] = {}
    for question in questions:
        if question.about in asked:
            continue
        have = merged.get(question.about)
        if have is None:
            merged[question.about] = question
        elif question.why not in have.why:
            merged[question.about] = replace(
                have, why=_together(have.why, question.why), facts=tuple(dict.fromkeys((*have.facts, *question.facts)))
            )
    return tuple(merged.values())


def _together(first: str, second: str) -> str:
    """Both reasons, each sentence once."""
    sentences = dict.fromkeys(sentence.rstrip(".") for why in (first, second) for sentence in why.split(". ") if sentence)
    return ". ".join(sentences) + "."
