"""What each verb of a recommendation does to a run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import MedicationUse
from tools.clinical.quantity import Quantity
from tools.guidelines.model import Do
from tools.guidelines.modules import shared
from tools.guidelines.options import Avoided, Choice, candidates, choose
from tools.guidelines.results import Goal, Question
from tools.guidelines.run import State, Turn

_MEASURE = range(10, 20)
"""The slots of what is to be measured."""


def act(state: State, turn: Turn) -> None:
    """Carry out what the rule says. Where its start finds no drug, its monitoring is left out too, and never its urgency or referral."""
    barred = False
    for do in turn.rule.do:
        if barred and do.verb not in ("escalate", "refer"):
            continue
        if not _VERBS.get(do.verb, _plain)(state, turn, do):
            if do.verb != "start":
                return
            barred = True


def _order(state: State, turn: Turn, do: Do) -> bool:
    """Order tests; of a basic set (slots 10 to 19), those that have a young value are left out where others have none. What is young
    the rule says, and for a rule that says nothing the shared knowledge.
    """
    lacking = tuple(name for name in do.objects if not any(_young(state, turn, same) for same in shared().names_of(name)))
    basic_set = turn.rule.recommendation.slot in _MEASURE and lacking
    state.decisions.append(turn.decision(do, change=do.how, subjects=lacking if basic_set else do.objects))
    return True


def _young(state: State, turn: Turn, observable: str) -> bool:
    return state.facts.latest(observable, turn.rule.window(observable) or shared().not_again_within_days) is not None


def _plain(state: State, turn: Turn, do: Do) -> bool:
    state.decisions.append(turn.decision(do, change=do.how))
    return True


def _start(state: State, turn: Turn, do: Do) -> bool:
    taken = state.taking(do.objects)
    if taken:
        state.decisions.append(
            turn.decision(do, action="continue", targets=tuple(use.reference for use in taken), indication=turn.module.indication)
        )
        return True
    drugs = tuple(drug for drug in candidates((*do.objects, *do.otherwise), shared(), state.toolbox) if not _too_late_for(state, drug))
    if not drugs:
        return False
    if _already_started(state, turn, drugs):
        return True
    choice = choose(drugs, state.regimen(), state.toolbox, state.avoided)
    if choice.picked is None:
        _nothing_left(state, turn, do, choice)
        return False
    state.decisions.append(
        turn.decision(
            do,
            subjects=(choice.picked,),
            picked=choice.picked,
            alternatives=choice.passed,
            dose=do.dose.get(choice.picked),
            indication=turn.module.indication,
            change=_listed(do.how, choice.ceiling),
        )
    )
    state.start(choice.picked)
    return True


def _too_late_for(state: State, drug: str) -> bool:
    """Whether the patient's state leaves no time for what the drug prevents."""
    late = [entry.drugs for entry in shared().spared if entry.drugs and any(state.facts.problem(name) for name in entry.states)]
    return any(not state.toolbox.kinds_of(drug).isdisjoint(drugs) for drugs in late)


def _already_started(state: State, turn: Turn, drugs: tuple[str, ...]) -> bool:
    """Another module of this run starts one of these: its decision takes this reason too."""
    for position, decision in enumerate(state.decisions):
        if decision.action == "start" and decision.picked in drugs:
            state.decisions[position] = replace(
                decision,
                because=_listed(decision.because, turn.rule.recommendation.because),
                evidence=tuple(dict.fromkeys((*decision.evidence, turn.rule.citation))),
                facts=tuple(dict.fromkeys((*decision.facts, *turn.verdict.because))),
            )
            return True
    return False


def _nothing_left(state: State, turn: Turn, do: Do, choice: Choice) -> None:
    barred: dict[str, list[str]] = {}
    for name, why in choice.passed:
        barred.setdefault(why.rstrip("."), []).append(name)
    wish = turn.rule.recommendation.because.rstrip(".")
    why = f"{wish}. {_cannot_be_given(barred)}."
    state.questions.append(Question(f"another choice than {', '.join(do.objects)}", why, turn.verdict.because))


def _cannot_be_given(barred: Mapping[str, Sequence[str]]) -> str:
    """What was passed over, by the reason: in one sentence where it is one medicine."""
    if [len(names) for names in barred.values()] == [1]:
        return next(f"Here {name} cannot be given: {why}" for why, (name,) in barred.items())
    return "None of the medicines for it can be given here: " + "; ".join(f"{', '.join(names)} ({why})" for why, names in barred.items())


def _targets(state: State, do: Do) -> tuple[MedicationUse, ...]:
    gone = state.gone() | state.replaced()
    uses = tuple(use for use in state.taking(do.objects) if use.reference not in gone)
    return uses[:1] if do.one else uses


def _named(do: Do, uses: tuple[MedicationUse, ...]) -> tuple[str, ...]:
    """Of the drugs and classes that the rule names, those that are meant by what is taken."""
    return tuple(name for name in do.objects if any(name in use.kinds for use in uses))


def _stop(state: State, turn: Turn, do: Do) -> bool:
    uses = _targets(state, do)
    state.avoided += [Avoided(name, turn.rule.recommendation.because, turn.rule.file) for name in do.objects]
    if uses:
        instead = f"{', '.join(do.otherwise)} can be used instead" if do.otherwise else ""
        state.decisions.append(
            turn.decision(
                do,
                subjects=_named(do, uses),
                targets=tuple(use.reference for use in uses),
                change=do.how,
                because=_listed(turn.rule.recommendation.because, instead),
                indication=turn.module.indication,
            )
        )
    return True


def _change(state: State, turn: Turn, do: Do) -> bool:
    uses = _targets(state, do)
    if not uses:
        return False
    targets = tuple(use.reference for use in uses)
    if not do.to:
        change = _listed(do.how, f"at most {do.most}" if do.most else "")
        dose = next(iter(do.dose.values()), None)
        state.decisions.append(
            turn.decision(do, subjects=_named(do, uses), targets=targets, change=change, dose=dose, indication=turn.module.indication)
        )
        return True
    return _replace(state, turn, do, targets)


def _replace(state: State, turn: Turn, do: Do, targets: tuple[str, ...]) -> bool:
    drugs = candidates(do.to, shared(), state.toolbox)
    held = [use for name in do.to for use in state.taking((name,)) if use.reference not in targets]
    if held:
        because = _listed(turn.rule.recommendation.because, f"{held[0].text} is taken already")
        state.decisions.append(turn.decision(do, action="stop", targets=targets, because=because, indication=turn.module.indication))
        return True
    regimen = state.regimen()
    without = frozenset(targets)
    choice = choose(drugs, regimen.proposing((), without), state.toolbox, [a for a in state.avoided if a.name not in do.objects])
    if choice.picked is None:
        _nothing_left(state, turn, do, choice)
        return False
    state.decisions.append(
        turn.decision(
            do,
            targets=targets,
            picked=choice.picked,
            alternatives=choice.passed,
            dose=do.dose.get(choice.picked),
            change=_listed(f"replace by {choice.picked}", do.how),
            indication=turn.module.indication,
        )
    )
    state.start(choice.picked)
    return True


def _continue(state: State, turn: Turn, do: Do) -> bool:
    uses = _targets(state, do)
    if uses:
        state.decisions.append(
            turn.decision(do, subjects=_named(do, uses), targets=tuple(use.reference for use in uses), indication=turn.module.indication)
        )
    return True


def _avoid(state: State, turn: Turn, do: Do) -> bool:
    state.avoided += [Avoided(name, turn.rule.recommendation.because, turn.rule.file, do.most) for name in do.objects]
    return True


def _goal(state: State, turn: Turn, do: Do) -> bool:
    observable = do.objects[0]
    state.goals.append(Goal(turn.module.id, observable, do.target, (turn.rule.citation,)))
    bound = do.target.lstrip("<=>")
    with contextlib.suppress(UnitMismatchError):
        state.bounds.setdefault((turn.module.id, observable), Quantity.parse(bound.split("-")[-1] if bound[:1].isdigit() else bound))
    return True


def _escalate(state: State, turn: Turn, do: Do) -> bool:
    recommendation = turn.rule.recommendation
    state.escalations.append(f"{turn.module.title}: {recommendation.because}")
    if do.escalate == "emergency":
        state.emergency = True
        state.decisions.append(turn.decision(do, action="refer", subjects=("emergency-care",), due_days=0))
    return True


def _derive(state: State, turn: Turn, do: Do) -> bool:
    references = turn.verdict.because or (turn.rule.recommendation.id,)
    state.facts = state.facts.with_derived(do.objects[0], references)
    return True


def _follow(state: State, turn: Turn, do: Do) -> bool:
    state.followed += [name for name in do.objects if name not in state.followed]
    return True


def _listed(*parts: str) -> str:
    kept: list[str] = []
    for part in parts:
        if part and part not in kept and not any(part in have for have in kept):
            kept.append(part.rstrip("."))
    return "; ".join(kept)


_VERBS: dict[str, Callable[[State, Turn, Do], bool]] = {
    "start": _start,
    "order": _order,
    "stop": _stop,
    "hold": _stop,
    "change": _change,
    "continue": _continue,
    "avoid": _avoid,
    "goal": _goal,
    "escalate": _escalate,
    "derive": _derive,
    "follow": _follow,
}
