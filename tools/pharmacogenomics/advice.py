"""Which recommendations of a file fit the calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tools.clinical.answer import Citation
from tools.clinical.clause import compile_all
from tools.clinical.conditions import Truth
from tools.clinical.facts import Facts
from tools.clinical.sourcing import citation
from tools.pharmacogenomics import index
from tools.pharmacogenomics.answers import Advice
from tools.pharmacogenomics.genotype import Call, phenotype_scores
from tools.pharmacogenomics.model import NO_RESULT, DrugFile, Recommendation, Result, within


def fitting(file: DrugFile, drug: str, calls: Mapping[str, Call], facts: Facts | None) -> Iterator[tuple[Recommendation, bool]]:
    """Recommendations that fit, each with whether an unknown activity score leaves it open.

    Args:
        file: its recommendations are tried, every one.
        drug: an ingredient or class of the file.
        calls: by gene; a gene that is absent counts as `no-result`.
        facts: the patient, for recommendations that hold for some only; without facts these are all given, each with its population.
    """
    for entry in file.recommendation:
        if entry.drugs and drug not in entry.drugs:
            continue
        verdicts = [_fits(result, calls.get(result.gene) or Call(result.gene, NO_RESULT)) for result in entry.results]
        if all(verdict is not False for verdict in verdicts) and _concerns(entry, facts):
            yield entry, any(verdict is None for verdict in verdicts)


def advice(file: DrugFile, drug: str, entry: Recommendation, calls: Mapping[str, Call], open_score: bool) -> Advice:
    """A recommendation as it is answered."""
    said = {result.gene: calls[result.gene].phenotype if result.gene in calls else NO_RESULT for result in entry.results}
    return Advice(
        id=entry.id,
        version=file.version,
        drug=drug,
        genes=said,
        action=entry.action,
        text=entry.text,
        strength=entry.strength,
        implication=entry.implication,
        population=entry.population,
        alternatives=entry.alternatives,
        depends_on_score=open_score,
        evidence=citations(file, entry.id, entry.strength),
    )


def citations(file: DrugFile, rule: str, grade: str) -> tuple[Citation, ...]:
    """The sources of a file, for one of its statements."""
    return tuple(citation(file, source.id, rule, grade=grade) for source in file.source)


def _fits(result: Result, call: Call) -> bool | None:
    """True, False, or `None` where the phenotype fits and only the activity score could tell."""
    if result.scores is None:
        return call.phenotype in result.phenotypes
    if call.score is not None:
        return within(result.scores, call.score)
    gene = index.genes().get(result.gene)
    possible = phenotype_scores(gene, call.phenotype) if gene else None
    return None if possible and _overlap(result.scores, possible) else False


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return all(not high or Decimal(low) <= Decimal(high) for low, high in ((one[0], other[1]), (other[0], one[1])))


def _concerns(entry: Recommendation, facts: Facts | None) -> bool:
    return facts is None or not entry.when or compile_all(entry.when).holds(facts).truth is not Truth.FALSE


def case_failures(file: DrugFile) -> list[str]:
    """The file's examples that come out otherwise, a sentence each."""
    failures = []
    for case in file.case:
        calls = index.calls(case.genes)
        got = tuple(entry.id for entry, _ in fitting(file, case.drug, calls, None))
        if got != case.expect:
            failures.append(f"{file.id}: {case.name}: expected {case.expect}, got {got}")
    return failures
