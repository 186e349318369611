"""Dose rules as knowledge files write them: a drug for an indication, doses tried in order, limits, steps, and what bars it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from tools.clinical.answer import KnowledgeRef
from tools.clinical.clause import Clause, compile_all
from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Confidence, Document
from tools.clinical.quantity import Quantity

Route = Literal[
    "oral", "sublingual", "buccal", "inhaled", "nebulised", "intranasal", "subcutaneous", "intramuscular", "intravenous", "transdermal", "topical", "ophthalmic", "rectal", "vaginal"
]  # fmt: skip


class Option(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One dose; of a rule's options the first whose clauses hold is given.

    Attributes:
        amount: of one administration: `"5 mg"`, `"1 {tablet}"`, or by size: `"1 mg/kg"`, `"75 mg/m2"`.
        per: the interval; empty for a single dose.
        at_most, round_to: for an amount by size, the most that is given, and the step to which it is rounded.
        note: words that belong to the dose (`"with food"`). `because`: why this dose and not the usual one.
        max_daily: the most per day while this option applies.
    """

    amount: str
    per: str = ""
    when: tuple[Clause, ...] = ()
    because: str = ""
    at_most: str = ""
    round_to: str = ""
    note: str = ""
    as_needed: bool = False
    max_daily: str = ""


class Limit(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The most per day where the clauses hold."""

    max_daily: str
    when: tuple[Clause, ...]
    because: str


class Bar(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Where the clauses hold the table has no dose."""

    when: tuple[Clause, ...]
    because: str


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    """The product that holds an amount."""

    amount: str
    product: str


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How one drug is dosed for one indication (or for several that are dosed alike).

    Attributes:
        legacy_id: the row of the raw table that it came from.
        form: what one administration is, where a mass cannot say it (`"49/51 mg tablet"`).
        salt: the class of the salt or release that it is about, where the ingredient has several that are dosed apart.
        products: what holds an amount, where the label names products by their parts (`100 mg` is the `49/51 mg tablet`).
        weight: which weight an amount by size uses.
        from_age: below it the rule has no dose.
        steps: amounts of one administration, rising; `step_per` the interval they are given at.
        max_single, max_daily: of one administration, of a day. `max_total`: of a course or a life, in words.
        exact: the dose is fixed by criteria, so that another daily amount is worth an issue.
    """

    id: str
    drug: str
    indication: tuple[str, ...]
    route: Route
    doses: tuple[Option, ...]
    source: str
    legacy_id: str = ""
    form: str = ""
    salt: str = ""
    products: tuple[Product, ...] = ()
    weight: Literal["actual", "ideal", "adjusted"] = "actual"
    from_age: str = "18 a"
    usual: str = ""
    titration: str = ""
    steps: tuple[str, ...] = ()
    step_per: str = ""
    max_single: str = ""
    max_daily: str = ""
    max_total: str = ""
    limits: tuple[Limit, ...] = ()
    bars: tuple[Bar, ...] = ()
    exact: bool = False
    monitoring: tuple[str, ...] = ()
    confidence: Confidence = "probable"


class Given(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A patient in a few words."""

    age: str = ""
    sex: Literal["female", "male", ""] = ""
    has: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    labs: dict[str, str] = {}
    phenotypes: dict[str, str] = {}


class Expect(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What must come out: every word written here. `limit` is the most per day whatever the outcome, `climb` the daily amount of every step, from the lowest up."""

    amount: str = ""
    per: str | None = None
    max_daily: str = ""
    outcome: str = ""
    missing: tuple[str, ...] = ()
    text: str = ""
    max_single: str = ""
    because: str = ""
    limit: str = ""
    climb: tuple[str, ...] = ()


class Case(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An example of one rule."""

    name: str
    rule: str
    given: Given = Given()
    expect: Expect


class DoseFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Dose rules of one class of medicines or of one chapter."""

    rule: tuple[Rule, ...]
    case: tuple[Case, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, quantities and clauses; rules without an example; examples of unknown rules."""
        sources = {source.id for source in self.source}
        ids = {rule.id for rule in self.rule}
        cased = {case.rule for case in self.case}
        found = [f"case {case.name!r}: there is no rule {case.rule!r}" for case in self.case if case.rule not in ids]
        found += [
            f"rule {rule.id!r} stands twice" for position, rule in enumerate(self.rule) if rule.id in {r.id for r in self.rule[:position]}
        ]
        found += [f"rule {rule.id!r} has no case" for rule in self.rule if rule.id not in cased]
        found += [f"rule {rule.id!r}: the source {rule.source!r} is not in the file" for rule in self.rule if rule.source not in sources]
        return found + [f"rule {rule.id!r}: {fault}" for rule in self.rule for fault in rule_faults(rule)]

    def case_failures(self) -> list[str]:
        """The examples that do not come out."""
        from tools.dosing.cases import failures

        return failures(self)

    def ref(self, rule: Rule) -> KnowledgeRef:
        """Id of the rule and version of the file."""
        return KnowledgeRef(rule.id, self.version)


def clauses_of(rule: Rule) -> Iterator[tuple[Clause, ...]]:
    """Every list of clauses in a rule."""
    yield from (option.when for option in rule.doses)
    yield from (limit.when for limit in rule.limits)
    yield from (bar.when for bar in rule.bars)


def rule_faults(rule: Rule) -> list[str]:
    """Quantities that cannot be read, and clauses that do not compile."""
    texts = [rule.from_age, rule.max_single, rule.max_daily, rule.step_per, *rule.steps, *(product.amount for product in rule.products)]
    texts += [text for option in rule.doses for text in (option.amount, option.per, option.at_most, option.round_to, option.max_daily)]
    texts += [limit.max_daily for limit in rule.limits]
    return faults_of(Quantity.parse, filter(None, texts)) + faults_of(compile_all, clauses_of(rule))
