"""From a recommendation to an issue that a clinician reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tools.clinical.answer import INDICATOR_OF, Issue, KnowledgeRef, Severity, severity_rank
from tools.clinical.clause import compile_all
from tools.clinical.facts import Facts, MedicationUse
from tools.pharmacogenomics.advice import citations, fitting
from tools.pharmacogenomics.genotype import Call
from tools.pharmacogenomics.model import DrugFile, MustTest, Recommendation

_SILENT = frozenset({"standard", "none"})
_GRAVE = frozenset({"avoid", "alternative", "reduce"})
_FIRM = frozenset({"strong", "label"})


def issues_of(use: MedicationUse, name: str, file: DrugFile, calls: Mapping[str, Call], facts: Facts) -> Iterator[Issue]:
    """Issues of one medicine with one file."""
    if any(gene in calls and calls[gene].made for gene in file.genes):
        yield from _advised(use, name, file, calls, facts)
    if use.currency == "proposed":
        yield from _tests(use, name, file, calls, facts)


def _advised(use: MedicationUse, name: str, file: DrugFile, calls: Mapping[str, Call], facts: Facts) -> Iterator[Issue]:
    found = list(fitting(file, name, calls, facts))
    for entry, open_score in found:
        if _speaks(entry, calls):
            missing = tuple(f"activity score of {r.gene}" for r in entry.results if r.scores) if open_score else ()
            yield _issue(use, name, file, entry, missing, facts)
    if not found:
        yield from _for_unknown_reason(use, name, file, calls, facts)


def gravest(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Gravest first, each rule once for a medicine."""
    once = {(issue.rule.id, issue.medications): issue for issue in issues}
    return tuple(sorted(once.values(), key=lambda i: (-severity_rank(i.severity), not i.interruptive, i.rule.id, i.medications)))


def severity(entry: Recommendation) -> Severity:
    """How grave: by what is to be done, and how firmly it is recommended."""
    if entry.action == "contraindicated":
        return "contraindicated"
    if entry.action in _GRAVE:
        return "major" if entry.strength in _FIRM else "moderate"
    return "moderate" if entry.strength in _FIRM else "minor"


def _speaks(entry: Recommendation, calls: Mapping[str, Call]) -> bool:
    return entry.action not in _SILENT and any(calls[r.gene].made for r in entry.results if r.gene in calls)


def _for_unknown_reason(use: MedicationUse, name: str, file: DrugFile, calls: Mapping[str, Call], facts: Facts) -> Iterator[Issue]:
    """The gravest row of any population, where the record shows that the patient belongs to none: the reason is asked for."""
    rows = [entry for entry, _ in fitting(file, name, calls, None) if _speaks(entry, calls)]
    if rows:
        gravest_row = max(rows, key=lambda entry: severity_rank(severity(entry)))
        yield _issue(use, name, file, gravest_row, (f"what {name} is taken for",), facts)


def _issue(use: MedicationUse, name: str, file: DrugFile, entry: Recommendation, missing: tuple[str, ...], facts: Facts) -> Issue:
    grave = severity(entry)
    starts = use.currency == "proposed"
    population = f" ({entry.population})" if entry.population else ""
    return Issue(
        code="GEN",
        severity=grave,
        indicator=INDICATOR_OF[grave],
        interruptive=not missing and (grave == "contraindicated" or (grave == "major" and starts)),
        participants=(name, *(result.gene for result in entry.results)),
        consequence=entry.implication or entry.text,
        action=f"{entry.text}{population}",
        rule=KnowledgeRef(entry.id, file.version),
        alternatives=entry.alternatives,
        evidence=citations(file, entry.id, entry.strength),
        facts=tuple(f"phenotype:{result.gene}" for result in entry.results if result.gene in facts.phenotypes),
        medications=(use.reference,),
        missing=missing,
        blocks_start_only=grave != "contraindicated",
    )


def _tests(use: MedicationUse, name: str, file: DrugFile, calls: Mapping[str, Call], facts: Facts) -> Iterator[Issue]:
    for test in file.must_test:
        wanted = not test.drugs or name in test.drugs
        called = test.gene in calls and calls[test.gene].made
        if wanted and not called and (not test.when or compile_all(test.when).holds(facts).holds):
            yield _test(use, name, file, test)


def _test(use: MedicationUse, name: str, file: DrugFile, test: MustTest) -> Issue:
    return Issue(
        code="GEN",
        severity=test.severity,
        indicator="warning",
        interruptive=test.severity == "major",
        participants=(name, test.gene),
        consequence=f"No result for {test.gene} is on record, and it decides whether this medicine is safe.",
        action=test.text,
        rule=KnowledgeRef(file.id, file.version),
        evidence=citations(file, file.id, ""),
        medications=(use.reference,),
        missing=(test.gene,),
        blocks_start_only=True,
    )
