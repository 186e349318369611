"""From a rule that holds to an issue that a clinician reads; and one issue where several would say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tools.clinical.answer import INDICATOR_OF, Issue, IssueCode, severity_rank
from tools.clinical.facts import Allergy, MedicationUse
from tools.contraindications.index import Ready
from tools.contraindications.model import Statement, interrupts
from tools.contraindications.wording import named

UNCERTAIN = "It is uncertain whether this medicine is still taken: the order is old and was never closed. Ask first."
UNVERIFIED = "The entry in the allergy list is not confirmed."


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that holds for some medicines, and what bears it."""

    ready: Ready
    code: IssueCode
    uses: tuple[MedicationUse, ...]
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    allergy: Allergy | None = None
    subject: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    remark: str = ""

    @property
    def statement(self) -> Statement:
        """What it says."""
        return self.ready.statement


def issue(finding: Finding) -> Issue:
    """The issue that a finding becomes.

    A medicine that may no longer be taken interrupts only where the finding is a contraindication other than a duplicate; the
    issue says what is to be asked first.
    """
    statement = finding.statement
    uncertain = any(use.currency == "uncertain" for use in finding.uses)
    gravest = statement.severity == "contraindicated" and finding.code != "DUPTHPY"
    asks = interrupts(statement) and (not uncertain or gravest)
    remarks = [remark for remark in (finding.remark, UNCERTAIN if uncertain else "") if remark]
    if finding.allergy is not None and not finding.allergy.verified:
        remarks.append(UNVERIFIED)
    found = Issue(
        code=finding.code,
        severity=statement.severity,
        indicator=INDICATOR_OF[statement.severity],
        interruptive=asks,
        participants=_participants(finding),
        consequence=" ".join([statement.consequence, *remarks]),
        action=statement.action,
        rule=finding.ready.ref,
        alternatives=statement.alternatives,
        evidence=finding.ready.citations,
        facts=finding.facts,
        medications=tuple(dict.fromkeys(use.reference for use in finding.uses)),
        missing=finding.missing,
        blocks_start_only=statement.blocks_start_only,
    )
    return _naming(found, _medicines(finding)) if finding.allergens else found


def _participants(finding: Finding) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_medicines(finding), *finding.allergens)))


def _medicines(finding: Finding) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for use in finding.uses for name in names_of(use, finding.subject)))


def _naming(found: Issue, names: tuple[str, ...]) -> Issue:
    if "{" not in found.consequence and "{" not in found.action:
        return found
    return replace(found, consequence=named(found.consequence, names), action=named(found.action, names))


def names_of(use: MedicationUse, subject: Iterable[str] = ()) -> tuple[str, ...]:
    """The ingredients of a medicine that a rule names, else all of them, else its text."""
    every = tuple(ingredient.name for ingredient in use.ingredients)
    subject = frozenset(subject)
    return tuple(name for name in every if name in subject) or every or (use.text or use.reference,)


def one_per_allergy(findings: Sequence[Finding]) -> list[Finding]:
    """Of several rules on one medicine and one allergy, the gravest."""
    kept: dict[tuple[str, str], Finding] = {}
    rest = []
    for finding in findings:
        if finding.allergy is None:
            rest.append(finding)
            continue
        key = (finding.uses[0].reference, finding.allergy.reference)
        have = kept.get(key)
        if have is None or severity_rank(finding.statement.severity) > severity_rank(have.statement.severity):
            kept[key] = finding
    return [*rest, *kept.values()]


def merged(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """One issue for one rule on the same participants, or for one rule that speaks of a lack; gravest first.

    An issue names its medicines only here, when it is known how many it speaks of.
    """
    together: dict[tuple[object, ...], Issue] = {}
    for found in issues:
        key = (
            (found.rule.id, found.code) if found.code in ("OMIT", "LAB", "PREG") and _shared(found) else (found.rule.id, found.participants)
        )
        have = together.get(key)
        together[key] = found if have is None else _joined(have, found)
    return tuple(sorted((_naming(found, found.participants) for found in together.values()), key=_order))


def _shared(found: Issue) -> bool:
    return found.code == "OMIT" or bool(found.missing)


def _joined(one: Issue, other: Issue) -> Issue:
    return replace(
        one,
        participants=tuple(sorted(_union(one.participants, other.participants))),
        medications=_union(one.medications, other.medications),
        facts=_union(one.facts, other.facts),
        missing=_union(one.missing, other.missing),
        interruptive=one.interruptive or other.interruptive,
    )


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _order(found: Issue) -> tuple[int, bool, str, tuple[str, ...]]:
    return -severity_rank(found.severity), not found.interruptive, found.rule.id, found.medications
