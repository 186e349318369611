"""What a file of contraindication knowledge may say.

One file is one family (beta-lactam allergy, pregnancy, omissions ...). It holds rules on a medicine and the patient, classes of
therapy that should not be given twice, states of pregnancy, the reading of reaction names, and examples that are executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from tools.clinical.answer import IssueCode, Severity, Tier
from tools.clinical.clause import Clause, compile_clause
from tools.clinical.errors import faults_of
from tools.clinical.examples import Fault, Given
from tools.clinical.facts import Pregnancy
from tools.clinical.knowledge import Confidence, Document
from tools.clinical.sourcing import twice, uncited
from tools.contraindications.wording import misplaced

Kind = Literal["disease", "allergy", "pregnancy", "lactation", "age", "laboratory", "monitoring", "procedure", "omission"]
Applies = Literal["start", "continue", "start-and-continue"]
Pattern = Literal["immediate-severe", "immediate", "severe-delayed", "benign-delayed", "grave-effect", "intolerance", "unknown"]

CODES: dict[Kind, IssueCode] = {
    "disease": "COND",
    "allergy": "ALGY",
    "pregnancy": "PREG",
    "lactation": "LACT",
    "age": "AGE",
    "laboratory": "LAB",
    "monitoring": "LAB",
    "procedure": "PROC",
    "omission": "OMIT",
}
Difference = Literal["forms-differ", "one-as-needed"]
PATTERNS: tuple[Pattern, ...] = (
    "immediate-severe",
    "immediate",
    "severe-delayed",
    "benign-delayed",
    "grave-effect",
    "intolerance",
    "unknown",
)
ANY = "any"
LIST = "allergy-list"
SAME = "same"


class AllergyMatch(Struct, frozen=True, forbid_unknown_fields=True):
    """Which recorded allergies a rule is about.

    Attributes:
        to: ingredient, class or allergen names of the allergy; `"same"`: the medicine is what the allergy names.
        reactions: patterns (`Pattern`) or single reaction names; one of them must be recorded.
        beside: names that the same allergy must not carry as well (an allergy to a narrower group has its own rule).
    """

    to: tuple[str, ...]
    reactions: tuple[str, ...]
    beside: tuple[str, ...] = ()


class Statement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every finding says: how grave, what happens, what to do, on whose word.

    Attributes:
        consequence, action: whole sentences; `{medicine}` is the medicine of the patient, see `wording`.
        applies: to a medicine that is proposed, to one that is taken, or to both.
        blocks_start_only: stopping it at once would do harm; the finding must never lead to an abrupt stop.
    """

    id: str
    severity: Severity
    tier: Tier
    consequence: str
    action: str
    sources: tuple[str, ...]
    alternatives: tuple[str, ...] = ()
    applies: Applies = "start-and-continue"
    blocks_start_only: bool = False
    grade: str = ""
    confidence: Confidence = "probable"


class Rule(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"except_": "except"}):
    """A medicine that a fact of this patient speaks against.

    Attributes:
        subject: kinds that the rule is about, any of them; `"any"` for every medicine; `"allergy-list"` for the list itself.
        except_: kinds that it is not about although a subject kind would hold.
        when: all clauses must hold; empty always holds.
        missing_is: what an unknown verdict means: nothing, or a question to the care team.
        routes: `"systemic"` (everything but local routes and unless recorded otherwise), `"any"`, or route names.
        forms: words of the dosage form, one of which must be recorded; empty for every form.
        teratogen: pregnancy is asked for before a start, see `PregnancyState`.
    """

    kind: Kind
    subject: tuple[str, ...]
    except_: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()
    allergy: AllergyMatch | None = None
    missing_is: Literal["nothing", "ask"] = "nothing"
    routes: tuple[str, ...] = ("systemic",)
    forms: tuple[str, ...] = ()
    teratogen: bool = False


class Duplicate(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"except_": "except"}):
    """Two medicines of one class, or two products with one ingredient.

    Attributes:
        of: the class, or `"same"` for one ingredient in two products.
        except_: kinds of which two are usual.
        accepted: pairs of kinds that belong together (basal and mealtime insulin).
        accepted_if: differences that make the pair a usual one.
        only_if: differences of which one is needed for the statement to hold.
    """

    of: str
    except_: tuple[str, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()
    accepted_if: tuple[Difference, ...] = ()
    only_if: tuple[Difference, ...] = ()


class PregnancyState(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a state of pregnancy other than `pregnant` means for medicines marked `teratogen`.

    Attributes:
        pregnancy: the recorded state.
        when: who could be pregnant; a clause that cannot be told counts as possible.
    """

    pregnancy: Pregnancy
    when: tuple[Clause, ...] = ()


class RecordFault(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an entry of the record means that contradicts itself or cannot be true.

    Attributes:
        finding: the kind of fault that the reader of the record noted.
    """

    finding: Fault


class Reaction(Struct, frozen=True, forbid_unknown_fields=True):
    """How the name of a recorded reaction is read."""

    name: str
    pattern: Pattern


class Expect(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """What comes of it: the rules of this file that fire, and what is missing."""

    rules: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Case(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """An example that is executed."""

    name: str
    given: Given
    expect: Expect | Literal["nothing"]


class ContraindicationFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One family of contraindications."""

    rule: tuple[Rule, ...] = ()
    duplicate: tuple[Duplicate, ...] = ()
    state: tuple[PregnancyState, ...] = ()
    record: tuple[RecordFault, ...] = ()
    reaction: tuple[Reaction, ...] = ()
    case: tuple[Case, ...] = ()

    def statements(self) -> Iterator[Statement]:
        """Everything that can become a finding."""
        yield from self.rule
        yield from self.duplicate
        yield from self.state
        yield from self.record

    def faults(self) -> list[str]:
        """Unknown sources, clauses that do not compile, tiers that do not fit, statements without an example."""
        known = {source.id for source in self.source}
        cited = {source for statement in self.statements() for source in statement.sources}
        faults = uncited(self, cited) + twice(statement.id for statement in self.statements())
        tried = {name for case in self.case if isinstance(case.expect, Expect) for name in case.expect.rules}
        for statement in self.statements():
            faults += [f"{statement.id}: {fault}" for fault in _statement_faults(statement, known, tried)]
        return faults + [f"{owner}: {fault}" for owner, clause in _clauses(self) for fault in faults_of(compile_clause, [clause])]

    def case_failures(self) -> list[str]:
        """Examples that come out otherwise, a sentence each."""
        from tools.contraindications.cases import failures

        return failures(self)


def _statement_faults(statement: Statement, known: set[str], tried: set[str]) -> list[str]:
    faults = [f"source {source!r} is not listed" for source in statement.sources if source not in known]
    checks = (
        (not statement.sources, "cites no source"),
        (statement.id not in tried, "no case expects it"),
        (statement.confidence == "unsure" and interrupts(statement), "unsure knowledge never interrupts"),
        (statement.tier == "hard-stop" and statement.severity != "contraindicated", "only what is contraindicated stops hard"),
        (statement.severity == "minor" and interrupts(statement), "what is minor never interrupts"),
    )
    faults += [text for wrong, text in checks if wrong]
    faults += [f"nothing fills {place}" for place in misplaced((statement.consequence, statement.action))]
    return faults + (_rule_faults(statement) if isinstance(statement, Rule) else [])


def _rule_faults(rule: Rule) -> list[str]:
    checks = (
        (not rule.subject, "is about no medicine"),
        ((rule.kind == "allergy") != (rule.allergy is not None), "an allergy rule, and only that, says which allergy"),
        (rule.teratogen and rule.kind != "pregnancy", "only a pregnancy rule marks a teratogen"),
        (not rule.when and rule.allergy is None, "says of no fact when it holds"),
    )
    return [text for wrong, text in checks if wrong]


def _clauses(file: ContraindicationFile) -> Iterator[tuple[str, Clause]]:
    for rule in file.rule:
        yield from ((rule.id, clause) for clause in rule.when)
    for state in file.state:
        yield from ((state.id, clause) for clause in state.when)


def interrupts(statement: Statement) -> bool:
    """Asks for a reason before signing."""
    return statement.tier in ("hard-stop", "interruptive")
