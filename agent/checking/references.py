"""Which knowledge a plan used, and the list of its sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent.case import Case
from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.plan import Plan, PlanIssue
from tools.clinical.weighed import Effect


def citations_of(plan: Plan, issues: Sequence[PlanIssue]) -> Iterator[Citation]:
    """Every citation of the plan, in reading order."""
    for item in plan.items:
        for reason in item.rationale:
            yield from reason.evidence
        for alternative in item.alternatives:
            yield from alternative.evidence
    for problem in plan.problems:
        for goal in problem.goal:
            yield from goal.evidence
    for evidence in (*(i.evidence for i in issues), *(one.evidence for one in plan.suspected), *(point.evidence for point in plan.review)):
        yield from evidence
    yield from (citation for effect in _effects(plan) for citation in effect.evidence)


def _effects(plan: Plan) -> Iterator[Effect]:
    for table in plan.decisions:
        for option in table.options:
            yield from (*option.benefits, *option.harms)


def sources_of(plan: Plan, issues: Sequence[PlanIssue]) -> tuple[Citation, ...]:
    """One entry a document, without repetition, in reading order."""
    seen: dict[tuple[str, str, int | None], Citation] = {}
    for citation in citations_of(plan, issues):
        seen.setdefault((citation.title, citation.publisher, citation.year), citation)
    return tuple(seen.values())


def knowledge_used(plan: Plan, issues: Sequence[PlanIssue], case: Case) -> tuple[KnowledgeRef, ...]:
    """Ids and versions of every rule, recommendation and dose row that bears a line of the plan."""
    refs: set[tuple[str, str]] = {(c.id, c.version) for c in citations_of(plan, issues)}
    refs |= {(issue.rule.id, issue.rule.version) for issue in issues}
    refs |= {(item.dose.rule.id, item.dose.rule.version) for item in plan.items if item.dose and item.dose.rule}
    refs |= {(course.rule.id, course.rule.version) for course in plan.courses}
    refs |= {(o.rule.id, o.rule.version) for table in plan.decisions for o in table.options if o.rule}
    refs |= set(_pairs(case.run.knowledge))
    return tuple(KnowledgeRef(name, version) for name, version in sorted(refs))


def _pairs(refs: Iterable[KnowledgeRef]) -> Iterator[tuple[str, str]]:
    for ref in refs:
        yield ref.id, ref.version


def record_references(case: Case) -> frozenset[str]:
    """Every reference that a line may cite: the record's entries and the computed values."""
    facts = case.facts
    entries = [
        facts.reference,
        *(p.reference for p in facts.problems),
        *(m.reference for m in facts.medications),
        *(a.reference for a in facts.allergies),
    ]
    entries += [m.reference for series in facts.measurements.values() for m in series]
    entries += [e.reference for e in facts.events]
    entries += [f"phenotype:{gene}" for gene in facts.phenotypes]
    entries += [r for references in (*facts.derived.values(), *case.run.derived.values()) for r in references]
    entries += [r for decision in case.run.decisions for r in decision.facts if r.startswith("calculation:")]
    return frozenset(entries)
