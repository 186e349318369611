"""The state of one run: facts as they grow, what has been decided, and what was found missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tools.clinical.conditions import Verdict
from tools.clinical.facts import Facts, Measurement, MedicationUse
from tools.clinical.quantity import Quantity
from tools.guidelines.model import Do
from tools.guidelines.modules import Module, Rule
from tools.guidelines.options import Avoided, kinds_of
from tools.guidelines.results import Decision, Goal, Question, Toolbox

Measurements = Mapping[str, tuple[Measurement, ...]]
_ON_MEDICINES = frozenset({"start", "stop", "hold", "change"})


@dataclass
class State:
    """What grows while the modules decide.

    Attributes:
        measured: the values of the record and those that are computed for all modules alike.
        computed: the same with those that are computed for one module, by the module and how many goals there were.
    """

    facts: Facts
    toolbox: Toolbox
    measured: Measurements = field(default_factory=dict)
    computed: dict[tuple[str, int], Measurements] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    bounds: dict[tuple[str, str], Quantity] = field(default_factory=dict)
    escalations: list[str] = field(default_factory=list)
    avoided: list[Avoided] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    wanted: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    emergency: bool = False

    def want(self, rule: Rule, missing: Iterable[str]) -> None:
        """Note that these values are missing and that a rule needs them."""
        for name in missing:
            self.wanted[name] = (*self.wanted.get(name, ()), rule)

    def start(self, drug: str) -> None:
        """Later rules see this drug as taken, inside `none_of`, and the other tools see it in the regimen."""
        self.facts = self.facts.but(started=self.facts.started | kinds_of(drug, self.toolbox))

    def regimen(self) -> Facts:
        """The facts with the regimen as it would be: without what is stopped, with what is started."""
        gone = frozenset(target for d in self.decisions if d.action in {"stop", "hold"} for target in d.targets)
        drugs = [d.picked for d in self.decisions if d.action == "start" and d.picked]
        uses = [MedicationUse(f"proposed:{drug}", drug, kinds=kinds_of(drug, self.toolbox), currency="proposed") for drug in drugs]
        return self.facts.proposing(uses, gone)

    def gone(self) -> frozenset[str]:
        """References that this run stops or holds."""
        return frozenset(target for d in self.decisions if d.action in {"stop", "hold"} for target in d.targets)

    def replaced(self) -> frozenset[str]:
        """References that this run replaces by another medicine."""
        return frozenset(target for d in self.decisions if d.action == "change" and d.picked for target in d.targets)

    def taking(self, names: Sequence[str]) -> tuple[MedicationUse, ...]:
        """Current medicines of these drugs or classes."""
        uses = {use.reference: use for name in names for use in self.facts.taking(name) if use.currency != "proposed"}
        return tuple(uses.values())


@dataclass(frozen=True)
class Turn:
    """One rule that holds, at its turn: what every decision that it makes has in common."""

    rule: Rule
    module: Module
    verdict: Verdict
    conditional_on: tuple[str, ...] = ()

    def decision(self, do: Do, **more: object) -> Decision:
        """A decision of this rule."""
        recommendation = self.rule.recommendation
        given: dict[str, object] = {
            "recommendation": recommendation.id,
            "module": self.module.id,
            "action": do.verb,
            "subjects": do.objects,
            "due_days": do.due_days,
            "because": recommendation.because,
            "evidence": (self.rule.citation,),
            "facts": self.verdict.because,
            "conditional_on": (*recommendation.asks_first, *self.conditional_on) if do.verb in _ON_MEDICINES else (),
            "urgency": self.rule.urgency,
        }
        return Decision(**{**given, **more})  # type: ignore[arg-type]
