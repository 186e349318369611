"""A regimen checked against itself: findings turned into issues under the alert discipline."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from tools.clinical.answer import Issue, MedicationCheck, severity_rank
from tools.clinical.facts import Facts, MedicationUse
from tools.interactions.answers import Screening
from tools.interactions.index import Index
from tools.interactions.pairs import Pair, pairs_of
from tools.interactions.patient import Patient
from tools.interactions.regimen import combinations_of
from tools.interactions.suppression import within_budget
from tools.interactions.verdict import Finding
from tools.interactions.wording import worded


def screen(index: Index, medications: Sequence[MedicationUse], facts: Facts) -> Screening:
    """Check with the rules of this index. Medicines that are over are left out; neither the order of the list nor ids change anything."""
    uses = sorted((use for use in medications if use.taken), key=_by_name)
    known = [use for use in uses if use.kinds]
    patient = Patient(facts)
    pairs = list(pairs_of(index, known, patient))
    issues = [_issue_of_pair(index, pair) for pair in pairs]
    issues += [_issue(index, finding) for finding in _beyond(pairs, combinations_of(index, known, patient))]
    issues.sort(key=_order)
    shown = within_budget(index.discipline, issues)
    used = {issue.rule.id: issue.rule for issue in shown}
    return Screening(tuple(shown), tuple(_check(index, use) for use in uses), (index.ref, *(used[name] for name in sorted(used))))


def _by_name(use: MedicationUse) -> tuple[tuple[str, ...], str, str]:
    return tuple(ingredient.name for ingredient in use.ingredients), use.text, use.reference


def _beyond(pairs: Sequence[Pair], combinations: Sequence[Finding]) -> list[Finding]:
    """Combinations of more than two medicines, or of two about which no pair rule has spoken."""
    said = {frozenset(map(id, pair.speaker.uses)) for pair in pairs if not pair.speaker.suppressed}
    return [finding for finding in combinations if len(finding.uses) > 2 or frozenset(map(id, finding.uses)) not in said]


def _issue_of_pair(index: Index, pair: Pair) -> Issue:
    if not pair.others:
        return _issue(index, pair.speaker)
    shown = [other for other in pair.others if not other.suppressed]
    asked = [name for other in pair.others if other.could_reach > pair.speaker.rank for name in other.missing]
    issue = _issue(index, pair.speaker, shown)
    return structs.replace(
        issue,
        evidence=tuple(dict.fromkeys((*issue.evidence, *(citation for other in shown for citation in other.ready.citations)))),
        missing=tuple(dict.fromkeys((*issue.missing, *asked))),
    )


def _issue(index: Index, finding: Finding, beside: Sequence[Finding] = ()) -> Issue:
    statement = finding.ready.statement
    change = finding.change
    references = tuple(use.reference for use in finding.uses)
    names = _sides(finding)
    return Issue(
        code=statement.code,
        severity=finding.severity,
        indicator=index.discipline.indicators[finding.tier],
        interruptive=finding.tier in ("hard-stop", "interruptive") and not finding.suppressed,
        participants=tuple(dict.fromkeys(name for side in names for name in side)),
        consequence=_consequence(finding, beside),
        action=worded((change.action if change else "") or statement.action, names),
        rule=finding.ready.ref,
        mechanism=statement.mechanism,
        alternatives=statement.alternatives,
        evidence=finding.ready.citations,
        facts=tuple(dict.fromkeys((*references, *sorted(finding.because)))) if finding.because else references,
        medications=references,
        missing=finding.missing,
        suppressed=finding.suppressed,
        blocks_start_only=statement.blocks_start_only,
    )


def _consequence(finding: Finding, beside: Sequence[Finding]) -> str:
    """What happens, by the speaker and by the rules beside it; and the circumstance that makes it graver or milder here."""
    told = (worded(each.ready.statement.consequence, _sides(each)) for each in (finding, *beside))
    text = " ".join(dict.fromkeys(told))
    if finding.change is None or finding.rank == finding.ready.rank:
        return text
    return f"{text} {'Graver' if finding.rank > finding.ready.rank else 'Milder'} here: {finding.change.because}."


def _sides(finding: Finding) -> tuple[tuple[str, ...], ...]:
    return tuple([_names(use, finding.ready.side(position)) for position, use in enumerate(finding.uses)])


def _names(use: MedicationUse, side: frozenset[str]) -> tuple[str, ...]:
    """The ingredient that the rule names, else all ingredients of the product; without any, the kind of the rule."""
    if len(use.ingredients) == 1:
        return (use.ingredients[0].name,)
    names = tuple([ingredient.name for ingredient in use.ingredients])
    return tuple([name for name in names if name in side]) or names or tuple(sorted(side & use.kinds))


def _check(index: Index, use: MedicationUse) -> MedicationCheck:
    if not use.kinds:
        return MedicationCheck(use.reference, "not_checked", "not recognised as a medicine that is known here")
    if not use.complete:
        return MedicationCheck(use.reference, "not_checked", "a component was not recognised: screening is incomplete")
    if use.kinds.isdisjoint(index.covered):
        return MedicationCheck(use.reference, "not_checked", "no interaction rule is about this ingredient or a class of it")
    return MedicationCheck(use.reference, "checked")


def _order(issue: Issue) -> tuple[bool, bool, int, str, tuple[str, ...]]:
    return (bool(issue.suppressed), not issue.interruptive, -severity_rank(issue.severity), issue.rule.id, issue.medications)
