"""`pharmacogenomics`: what a genotype means for a medicine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct, structs
from msgspec.structs import replace

from agent.context_facts import understand
from agent.faces.answering.issues import sources
from agent.faces.answering.shapes import Answer, Context, Medication
from tools.clinical.facts import MedicationUse
from tools.pharmacogenomics import Advice, GeneCall, PgxAnswer, pharmacogenomics


class Input(Struct, frozen=True, kw_only=True):
    """A medicine, and a gene with its diplotype or phenotype; or the genes of the context.

    Attributes:
        phenotype: as the laboratory wrote it ("poor metabolizer", "normal function"), or an activity score.
        diplotype: two alleles, such as "*2/*17".
    """

    medication: str | Medication | None = None
    gene: str | None = None
    phenotype: str | None = None
    diplotype: str | None = None
    context: Context = Context()


class Output(Answer, frozen=True, kw_only=True):
    """The recommendations.

    Attributes:
        outcome: `no_call` where no gene that matters has a result, which is never normal; `not_checked` where the medicine or the
            gene is not covered.
        calls: how the genes were read; missing: genes without a call.
    """

    outcome: Literal["found", "nothing_found", "no_call", "not_checked"] = "not_checked"
    recommendations: tuple[Advice, ...] = ()
    calls: tuple[GeneCall, ...] = ()
    missing: tuple[str, ...] = ()


def run(given: Input, as_of: date) -> Output:
    """The recommendation for what is known of the genes."""
    asked = [given.medication] if given.medication is not None else []
    understood = understand(given.context, as_of, medications=asked, proposed=True)
    medicine = understood.facts.medications[0] if asked else None
    if medicine is not None and not medicine.kinds:
        reason = f"{medicine.text!r} is not a medicine that is known"
        return Output(tool="pharmacogenomics", status="not_checked", reason=reason, not_used=understood.not_used)
    genes = dict(given.context.phenotypes) | ({given.gene.strip(): given.phenotype or given.diplotype or ""} if given.gene else {})
    facts = replace(understood.facts, phenotypes=dict(given.context.phenotypes))
    found = pharmacogenomics(given.gene and given.gene.strip(), given.phenotype, given.diplotype, medicine, facts)
    if found.outcome == "nothing_found" and medicine is not None:
        found = _for_any_population(found, genes, medicine)
    return Output(
        tool="pharmacogenomics",
        status="not_checked" if found.outcome == "no_call" else found.outcome,
        outcome=found.outcome,
        reason=found.reason,
        not_used=understood.not_used,
        knowledge=found.knowledge,
        sources=sources(citation for advice in found.recommendations for citation in advice.evidence),
        recommendations=found.recommendations,
        calls=found.calls,
        missing=found.missing,
    )


def _for_any_population(found: PgxAnswer, genes: Mapping[str, str], medicine: MedicationUse) -> PgxAnswer:
    """Recommendations for populations that the call does not name; each says for whom it is."""
    answers = [pharmacogenomics(gene, said, None, medicine) for gene, said in genes.items() if said]
    advice = tuple({each.id: each for answer in answers for each in answer.recommendations}.values())
    if not advice:
        return found
    reason = "for the populations named only; none of them is among the conditions that were given"
    return structs.replace(found, outcome="found", recommendations=advice, reason=reason)
