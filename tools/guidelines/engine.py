"""One run over all modules that apply to a patient.

1. slots 1-29 of every module: red flags, what to measure, what to stop, hold or avoid
2. slots 30-39: goals and derived facts          (an emergency ends the run before this)
3. slots 40-99: treatment, monitoring, follow-up, referral, module by module
4. settle: what is missing, duplicates, conflicts, continued medicines, pace
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Facts, MedicationUse
from tools.guidelines.acting import act
from tools.guidelines.computed import compute, with_states
from tools.guidelines.danger import still_wanted
from tools.guidelines.modules import Module, Rule, common, computed_values, modules, shared
from tools.guidelines.pregnancy import with_known_pregnancy
from tools.guidelines.results import Decision, Run, Toolbox
from tools.guidelines.run import State, Turn
from tools.guidelines.settle import settle

_FIRST_SAFETY, _FIRST_CHOICE, _AFTER_GOALS, _FIRST_TREATMENT = 20, 30, 39, 40


def decide(facts: Facts, only: Sequence[str] | None, toolbox: Toolbox) -> Run:
    """What the guidelines decide for one patient.

    Args:
        facts: the record at its date, with computed values (eGFR, scores).
        only: ids of modules to consult; `None` for all that apply to this patient.
        toolbox: class membership and bars, from the other tools.
    """
    known_states = with_states(with_known_pregnancy(_by_route(facts)), shared().overdue, shared().recent, shared().declined)
    state = State(known_states, toolbox)
    known = modules()
    asked = list(known.values()) if only is None else [known[name] for name in only if name in known]
    problems = [module for module in asked if concerns(module, state.facts)]
    active = [module for module in problems if not _too_young(module, state.facts)]
    outside = {
        module.id: f"{module.title} is written for people of {module.youngest} years and more."
        for module in problems
        if module not in active
    }
    state.facts = state.facts.with_measurements(compute(computed_values().of_all, state.facts, {}))
    state.measured = state.facts.measurements
    for module in active:
        if not (state.emergency and module.can_wait):
            _hear(state, module)
    if not state.emergency:
        active = _choose_all(state, active)
    settled = settle(state, active)
    return Run(
        active=tuple(module.id for module in active if module.kinds),
        decisions=tuple(decision for decision in settled.decisions if _stays(decision, state.facts)),
        questions=settled.questions,
        goals=tuple(state.goals),
        escalations=tuple(dict.fromkeys(state.escalations)),
        derived=dict(state.facts.derived),
        knowledge=_used(active),
        out_of_scope=outside,
    )


def with_recent_events(facts: Facts) -> Facts:
    """The facts with the states of the last weeks that every check needs (an infarction of these months), not the modules alone."""
    return with_states(facts, (), [state for state in shared().recent if state.everywhere])


def spared(action: str, subjects: Sequence[str], facts: Facts) -> bool:
    """Whether it is an order, a referral or an advice that a person in this state is spared, as long as it can wait."""
    states = (entry for entry in shared().spared if facts.any_problem(entry.states))
    return any(entry.spares(action, subjects) for entry in states)


def _stays(decision: Decision, facts: Facts) -> bool:
    return decision.urgency != "routine" or not spared(decision.action, decision.subjects, facts)


def concerns(module: Module, facts: Facts) -> bool:
    """Whether the patient has the module's problem, or the condition that stands for it is known to hold."""
    listed = facts.any_problem(module.kinds) and module.only_when.sure(facts)
    return listed or (module.also_when is not None and module.also_when.sure(facts))


def _by_route(facts: Facts) -> Facts:
    """The facts with every medicine as what it is by its route: a gel against pain is no tablet."""
    return facts.but(medications=tuple(_use_by_route(use) for use in facts.medications))


def _use_by_route(use: MedicationUse) -> MedicationUse:
    kinds = shared().kinds_by(use.kinds, use.route, use.regimen.as_needed)
    return use if kinds == use.kinds else replace(use, kinds=kinds)


def _too_young(module: Module, facts: Facts) -> bool:
    return facts.age is not None and facts.age < module.youngest


def _hear(state: State, module: Module) -> None:
    """Every inclusive rule that holds; one that cannot be told asks for what is missing where safety hangs on it."""
    _compute(state, module)
    for rule in module.inclusive:
        verdict = rule.when.holds(state.facts)
        if verdict.holds:
            act(state, Turn(rule, module, verdict))
        elif verdict.unknown and rule.recommendation.slot >= _FIRST_SAFETY and rule.ends_or_changes:
            state.want(rule, still_wanted(rule.when, verdict.missing, state.facts))


def _choose_all(state: State, active: list[Module]) -> list[Module]:
    for module in active:
        _set_goals(state, module)
    reached = list(active)
    for module in reached:
        _compute(state, module)
        _choose(state, module, _FIRST_TREATMENT, 100)
        for follower in _followers(state, reached):
            _hear(state, follower)
            _set_goals(state, follower)
            reached.append(follower)
    return sorted(reached, key=lambda module: (module.order, module.id))


def _set_goals(state: State, module: Module) -> None:
    """Goals and derived facts, then (slot 39) what is compared with them before any treatment is chosen."""
    _compute(state, module)
    _choose(state, module, _FIRST_CHOICE, _AFTER_GOALS)
    _compute(state, module)
    _choose(state, module, _AFTER_GOALS, _FIRST_TREATMENT)


def _followers(state: State, reached: list[Module]) -> list[Module]:
    known, have = modules(), {module.id for module in reached}
    wanted = [known[name] for name in state.followed if name in known and name not in have]
    return [module for module in wanted if not _too_young(module, state.facts) and module.only_when.sure(state.facts)]


def _choose(state: State, module: Module, first: int, until: int) -> None:
    for slot, rules in module.choices:
        if first <= slot < until:
            _choose_in_slot(state, module, rules)


def _choose_in_slot(state: State, module: Module, rules: Sequence[Rule]) -> None:
    """The first rule that holds decides. What an earlier one lacks matters only where that would do something else."""
    passed: list[tuple[Rule, tuple[str, ...]]] = []
    for rule in rules:
        verdict = rule.when.holds(state.facts)
        if verdict.holds:
            passed = [(other, names) for other, names in passed if other.recommendation.do != rule.recommendation.do]
            act(state, Turn(rule, module, verdict, _waits(passed)))
            break
        if verdict.unknown:
            passed.append((rule, _first_needed(rule, verdict.missing, state.facts)))
    else:
        passed = passed[: _start_unmeasured(state, module, passed) or _start_unless_pregnant(state, module, passed)]
    for rule, names in passed:
        if rule.matters:
            state.want(rule, names)


def _first_needed(rule: Rule, missing: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    """What is missing; of a rule for the pregnant alone, where nobody recorded a pregnancy, nothing but that."""
    if "pregnancy" not in missing:
        return missing
    otherwise = rule.when.holds(facts.but(pregnancy="none"))
    return missing if otherwise.holds or otherwise.unknown else ("pregnancy",)


def _waits(passed: Sequence[tuple[Rule, tuple[str, ...]]]) -> tuple[str, ...]:
    """The tests and questions that rules which cannot be told wait for."""
    return tuple(dict.fromkeys(shared().waits_for(name) for _, names in passed for name in names))


def _start_unmeasured(state: State, module: Module, passed: Sequence[tuple[Rule, tuple[str, ...]]]) -> int:
    """Where tests alone stand between a rule that says so and its start, the start is drafted and waits for them.

    Returns:
        How many of the rules that cannot be told are worth asking about; none where nothing was drafted.
    """
    for position, (rule, names) in enumerate(passed):
        if rule.recommendation.drafted_unmeasured and all(shared().obtaining(name).order for name in names):
            verdict = rule.when.holds(_as_if_measured_today(state.facts))
            if verdict.holds or verdict.unknown:
                act(state, Turn(rule, module, verdict, _waits([(rule, names)])))
                return position + 1
    return 0


def _as_if_measured_today(facts: Facts) -> Facts:
    """The facts with the newest value of everything as if it were of today: what an old value already speaks against is not begun."""
    newest = {name: (replace(series[0], when=facts.as_of), *series[1:]) for name, series in facts.measurements.items() if series}
    return facts.but(measurements=newest)


def _start_unless_pregnant(state: State, module: Module, passed: Sequence[tuple[Rule, tuple[str, ...]]]) -> int:
    """Where only a pregnancy that nobody recorded stands between a rule and its start, and nothing else can be started, the
    start is drafted and waits for the answer. Returns how many of the rules that cannot be told are worth asking about.
    """
    unrecorded = state.facts.but(pregnancy="none")
    for position, (rule, names) in enumerate(passed):
        if set(names) == {"pregnancy"} and any(do.verb == "start" for do in rule.recommendation.do):
            verdict = rule.when.holds(unrecorded)
            if verdict.holds:
                others = [(other, lacking) for other, lacking in passed[:position] if other.recommendation.do != rule.recommendation.do]
                act(state, Turn(rule, module, verdict, _waits([*others, (rule, names)])))
                return position + 1
    return 1


def _compute(state: State, module: Module) -> None:
    """Put the values that hang on this module's goals and drugs in the place of those of the module before."""
    stage = module.id, len(state.bounds)  # goals are added, and never changed
    if stage not in state.computed:
        goals = {observable: bound for (_, observable), bound in state.bounds.items()}
        goals |= {observable: bound for (owner, observable), bound in state.bounds.items() if owner == module.id}
        bare = state.facts.but(measurements=state.measured)
        own = compute(computed_values().of_module, bare, goals, (module.kinds, tuple(module.treats_with)))
        state.computed[stage] = bare.with_measurements(own).measurements if own else state.measured
    if state.facts.measurements is not state.computed[stage]:
        state.facts = state.facts.but(measurements=state.computed[stage])


def _used(active: Sequence[Module]) -> tuple[KnowledgeRef, ...]:
    own = tuple(dict.fromkeys(reference for module in active for reference in module.files))
    return (*own, *common()) if own else ()
