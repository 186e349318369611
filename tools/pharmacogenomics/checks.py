"""The functions that others call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from tools.clinical.answer import Issue, KnowledgeRef
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.routes import SURFACES
from tools.pharmacogenomics import index
from tools.pharmacogenomics.advice import advice, fitting
from tools.pharmacogenomics.answers import Advice, GeneCall, PgxAnswer, PgxOutcome
from tools.pharmacogenomics.genotype import Call
from tools.pharmacogenomics.issues import gravest, issues_of
from tools.pharmacogenomics.model import NO_RESULT, DrugFile

# Ways of giving that reach the rest of the body too little for genes to matter. Inhaled anaesthetics are not among them.
LOCAL_ROUTES = SURFACES


def pharmacogenomics(
    gene: str | None = None,
    phenotype: str | None = None,
    diplotype: str | None = None,
    medication: str | MedicationUse | None = None,
    facts: Facts | None = None,
) -> PgxAnswer:
    """What genes mean for a medicine.

    Args:
        gene: whose result is given, for example `CYP2D6` or `HLA-B*57:01`.
        phenotype: the result as a phenotype or activity score; goes before `diplotype`.
        diplotype: the result as two alleles.
        medication: an ingredient or class name, or a medicine with its kinds resolved. Without one, only the gene is read.
        facts: the patient: other genes, and who belongs to a population. Without facts every population is answered.

    Returns:
        `found` with recommendations; `no_call` with the genes that are missing; `not_checked` where medicine or gene is not covered.
    """
    gene = index.gene_name(gene) if gene else None
    calls = _calls(gene, phenotype or diplotype or "", facts)
    if medication is None:
        return _gene_alone(gene, calls)
    ingredients, kinds = _names(medication)
    files: Sequence[tuple[str, DrugFile]] = _files_about(ingredients, kinds)
    if gene is not None:
        files = [(name, file) for name, file in files if any(g == gene or g.startswith(f"{gene}*") for g in file.genes)]
    if not files:
        return PgxAnswer(
            outcome="not_checked", calls=_told(calls), reason="no published table for this medicine" + (f" and {gene}" if gene else "")
        )
    return _answer(files, calls, facts)


def check_phenotypes(medications: Sequence[MedicationUse], facts: Facts) -> tuple[Issue, ...]:
    """Issues between medicines and the genes of the record, gravest first; code `GEN`.

    Args:
        medications: current, uncertain and proposed medicines with their kinds resolved; drops and creams are left out.
        facts: `facts.phenotypes` holds phenotypes, scores or diplotypes by gene.

    Returns:
        One issue for each recommendation other than the usual dose; one for each test that has to come before a first dose and
        is not there. A gene without a call raises nothing else, and never counts as normal.
    """
    calls = index.calls(facts.phenotypes)
    found = [
        issue
        for use in medications
        if use.taken and use.route not in LOCAL_ROUTES
        for name, file in _files_about(tuple(ingredient.name for ingredient in use.ingredients), use.kinds)
        for issue in issues_of(use, name, file, calls, facts)
    ]
    return gravest(found)


def barred(kinds: frozenset[str], facts: Facts, name: str = "this medicine") -> Issue | None:
    """The gravest reason in the genes of the record not to start a medicine of these kinds, or `None`.

    Only what is contraindicated, or is to be avoided by a strong recommendation or the label, bars; a missing test does not.
    """
    use = MedicationUse(name, "", kinds=kinds, currency="proposed")
    issues = (issue for issue in check_phenotypes([use], facts) if issue.severity in ("contraindicated", "major") and not issue.missing)
    return next((issue for issue in issues if issue.interruptive), None)


def read_phenotypes(said: Mapping[str, str]) -> dict[str, str]:
    """Phenotypes, scores and diplotypes of a record as phenotypes; a gene that cannot be read is left out."""
    return {gene: call.phenotype for gene, call in index.calls(said).items() if call.made}


def read_diplotypes(said: Mapping[str, str], phenotypes: Mapping[str, str]) -> dict[str, str]:
    """Both alleles of a gene, where they are told and mean what the gene's phenotype says.

    Args:
        said: of each gene, what a laboratory wrote; what is no diplotype is passed over.
        phenotypes: as they are taken for true.
    """
    return {
        gene: call.said
        for gene, call in index.calls(said).items()
        if call.made and call.said.count("/") == 1 and call.phenotype == phenotypes.get(gene)
    }


def documents() -> tuple[DrugFile, ...]:
    """The active files on medicines."""
    return tuple({file.id: file for files in index.drugs().values() for file in files}.values())


def knows(rule_id: str, version: str) -> bool:
    """Whether a recommendation or file of that id ships in that version."""
    return any(
        file.version == version and (file.id == rule_id or any(entry.id == rule_id for entry in file.recommendation))
        for file in documents()
    )


def _calls(gene: str | None, said: str, facts: Facts | None) -> dict[str, Call]:
    known = dict(facts.phenotypes) if facts else {}
    if gene is not None and said:
        known[gene] = said
    return index.calls(known)


def _names(medication: str | MedicationUse) -> tuple[tuple[str, ...], frozenset[str]]:
    if isinstance(medication, str):
        return (medication,), frozenset()
    return tuple(ingredient.name for ingredient in medication.ingredients), medication.kinds


@lru_cache(maxsize=4096)
def _files_about(ingredients: tuple[str, ...], kinds: frozenset[str]) -> tuple[tuple[str, DrugFile], ...]:
    """The files on these ingredients, then on the classes they belong to, with the name by which each was found."""
    names = dict.fromkeys((*ingredients, *sorted(kinds)))
    return tuple((name, file) for name in names for file in index.drugs().get(name, ()))


def _gene_alone(gene: str | None, calls: Mapping[str, Call]) -> PgxAnswer:
    if gene is None:
        return PgxAnswer(outcome="not_checked", reason="name a medicine or a gene")
    if not any(name == gene or name.startswith(f"{gene}*") for name in index.genes()):
        return PgxAnswer(outcome="not_checked", reason=f"{gene} is not covered")
    made = any(call.made for call in calls.values())
    return PgxAnswer(outcome="found" if made else "no_call", calls=_told(calls), missing=() if made else (gene,))


def _answer(files: Sequence[tuple[str, DrugFile]], calls: Mapping[str, Call], facts: Facts | None) -> PgxAnswer:
    wanted = tuple(dict.fromkeys(gene for _, file in files for gene in file.genes))
    missing = tuple(gene for gene in wanted if gene not in calls or not calls[gene].made)
    knowledge = tuple(KnowledgeRef(file.id, file.version) for _, file in files)
    told = _told({gene: calls.get(gene) or Call(gene, NO_RESULT) for gene in wanted})
    if len(missing) == len(wanted):
        return PgxAnswer(outcome="no_call", calls=told, missing=missing, knowledge=knowledge, reason="no gene that matters has a result")
    found: list[Advice] = [
        advice(file, name, entry, calls, open_score) for name, file in files for entry, open_score in fitting(file, name, calls, facts)
    ]
    reason = ""
    if not found and facts is not None:
        found = [
            advice(file, name, entry, calls, open_score) for name, file in files for entry, open_score in fitting(file, name, calls, None)
        ]
        reason = "for the populations named only; the record shows none of them" if found else ""
    outcome: PgxOutcome = "found" if found else ("no_call" if missing else "nothing_found")
    return PgxAnswer(outcome=outcome, recommendations=tuple(found), calls=told, missing=missing, knowledge=knowledge, reason=reason)


def _told(calls: Mapping[str, Call]) -> tuple[GeneCall, ...]:
    return tuple(
        GeneCall(gene=gene, phenotype=call.phenotype, activity_score=None if call.score is None else str(call.score), said=call.said)
        for gene, call in sorted(calls.items())
    )
