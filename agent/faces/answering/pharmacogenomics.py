"""`pharmacogenomics`: what a genotype means for a medicine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from msgspec import Struct

from agent.context_facts import understand
from agent.faces.answering.issues import sources
from agent.faces.answering.shapes import Answer, Context, Medication
from tools.pharmacogenomics import Advice, GeneCall, pharmacogenomics


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
    facts = replace(understood.facts, phenotypes=dict(given.context.phenotypes))
    gene = given.gene.strip() if given.gene else None
    found = pharmacogenomics(gene, given.phenotype, given.diplotype, medicine, facts)
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
