"""All rules on one pair of medicines, merged into one finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.clinical.facts import MedicationUse
from tools.interactions.index import Index, ReadyRule
from tools.interactions.patient import Concerned, Patient, identity_of
from tools.interactions.suppression import under_discipline
from tools.interactions.verdict import Finding, judge, unconditional


@dataclass(slots=True)
class Pair:
    """The finding that speaks for a pair, and the others that hold as well."""

    speaker: Finding
    others: tuple[Finding, ...]


def pairs_of(index: Index, uses: Sequence[MedicationUse], patient: Patient) -> Iterator[Pair]:
    """Every pair of medicines that a rule is about. The order of `uses` decides only which is named first."""
    masks = [index.masks(use.kinds) for use in uses]
    names = [identity_of(use) for use in uses]
    for here, (first, second) in enumerate(masks):
        if not first and not second:
            continue
        for there in range(here + 1, len(uses)):
            other_first, other_second = masks[there]
            forward, backward = first & other_second, other_first & second
            if forward or backward:
                if names[here] == names[there] or uses[here].reference == uses[there].reference:
                    continue
                overlapping = names[here] <= names[there] or names[there] <= names[here]
                rules = index.among(forward | backward)
                if overlapping:
                    rules = tuple(rule for rule in rules if not rule.symmetric)
                pair = merge(list(_findings(index, rules, (uses[here], uses[there]), forward, patient)))
                if pair:
                    yield pair


def _findings(
    index: Index, rules: Sequence[ReadyRule], pair: tuple[MedicationUse, MedicationUse], forward: int, patient: Patient
) -> Iterator[Finding]:
    """What each rule says. The view of the pair is made only for rules that look at the patient."""
    bound: Concerned | None = None
    for rule in rules:
        ordered = pair if forward >> rule.bit & 1 else (pair[1], pair[0])
        if rule.plain:
            yield under_discipline(index.discipline, unconditional(rule, ordered), patient.facts)
        else:
            bound = bound or Concerned.of(patient, pair)
            yield under_discipline(index.discipline, judge(rule, ordered, bound), bound)


def merge(findings: list[Finding]) -> Pair | None:
    """One speaks: the gravest after its own changes, the most specific of those; unless a more specific rule settles it."""
    if len(findings) == 1:
        return Pair(findings[0], ())
    if any(not _rule(finding).fallback for finding in findings):
        findings = [finding for finding in findings if not _rule(finding).fallback]
    if not findings:
        return None
    settling = [finding for finding in findings if _rule(finding).settles]
    if settling:
        top = max(_rule(finding).specificity for finding in settling)
        findings = [f for f in findings if _rule(f).specificity > top or (_rule(f).settles and _rule(f).specificity == top)]
    ordered = sorted(findings, key=lambda finding: finding.order)
    return Pair(ordered[0], tuple(ordered[1:]))


def _rule(finding: Finding) -> ReadyRule:
    assert isinstance(finding.ready, ReadyRule)
    return finding.ready
