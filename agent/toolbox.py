"""What the guideline engine may ask of the other tools: class membership, and whether a medicine is barred for this patient."""

from __future__ import annotations

from functools import lru_cache

from tools.clinical.answer import Issue, KnowledgeRef
from tools.clinical.facts import Facts, MedicationUse
from tools.contraindications import barred as contraindicated
from tools.guidelines import Bar, modules
from tools.interactions import check_regimen
from tools.pharmacogenomics import barred as barred_by_genes
from tools.terminology import terminology


class ClinicalToolbox:
    """Answers from the knowledge base. `excluded` are ingredients that a check or a human has struck out of this draft."""

    def __init__(self, excluded: frozenset[str] = frozenset()) -> None:
        self._excluded = excluded
        self._known: dict[tuple[str, frozenset[str], tuple[str, ...]], Bar | None] = {}

    def kinds_of(self, drug: str) -> frozenset[str]:
        """The ingredient's name and its classes."""
        return terminology().kinds_of(drug)

    def members(self, class_name: str) -> tuple[str, ...]:
        """The ingredients of a class."""
        return terminology().members(class_name)

    def barred(self, drug: str, facts: Facts) -> Bar | None:
        """Why this ingredient may not be proposed to this patient; `None` where nothing speaks against it.

        An issue bars when a clinician would have to be interrupted for it. Two do not: one that only says that a value is
        missing becomes a question; one with an old order that nobody closed, unless it is a contraindication, lets the start
        wait for the question whether that is still taken.
        """
        key = (drug, facts.started, tuple(medication.reference for medication in facts.medications))
        if key not in self._known:
            self._known[key] = self._look(drug, facts)
        return self._known[key]

    def _look(self, drug: str, facts: Facts) -> Bar | None:
        if drug in self._excluded:
            return Bar("struck out of this draft by a check or a reviewer", KnowledgeRef("review", "1"), ())
        kinds = self.kinds_of(drug)
        if facts.not_to_give and (named := (kinds & _treatments() | {drug}).intersection(facts.not_to_give)):
            return Bar(
                f"the record holds an order not to give {' or '.join(sorted(named))}; ask why first", KnowledgeRef("record", "1"), ()
            )
        name = drug.replace("-", " ")
        issue = contraindicated(kinds, facts, name=name) or barred_by_genes(kinds, facts, name)
        if issue and _stops(issue):
            return _bar(issue)
        use = MedicationUse(f"proposed:{drug}", drug, kinds=kinds, currency="proposed")
        others = [medication for medication in facts.medications if medication.taken and drug not in medication.kinds]
        uncertain = {medication.reference for medication in others if medication.currency == "uncertain"}
        for found in check_regimen([*others, use], facts).issues:
            perhaps = found.severity != "contraindicated" and uncertain.intersection(found.medications)
            if use.reference in found.medications and found.interruptive and not found.suppressed and not perhaps:
                return _bar(found)
        return None


@lru_cache(maxsize=1)
def _treatments() -> frozenset[str]:
    """The classes that modules treat with: an order not to give one medicine of such a class is asked about before another."""
    return frozenset(name for module in modules().values() for name in module.treats_with)


def _stops(issue: Issue) -> bool:
    return not issue.suppressed and issue.interruptive and not issue.missing


def _bar(issue: Issue) -> Bar:
    return Bar(f"{issue.consequence.rstrip('.')}: {issue.action}", issue.rule, issue.evidence)
