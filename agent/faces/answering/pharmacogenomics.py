"""`pharmacogenomics`: what a genotype means for a medicine."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from agent.faces.answering.shapes import Answer, Context, Medication


class Input(Struct, frozen=True, kw_only=True):
    """A medicine, and a gene with its diplotype or phenotype; or the phenotypes of the context."""

    medication: str | Medication
    gene: str | None = None
    phenotype: str | None = None
    diplotype: str | None = None
    context: Context = Context()


class Advice(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A published recommendation for one medicine and the genes it depends on."""

    drug: str
    genes: dict[str, str]
    recommendation: str
    implication: str = ""
    strength: str = ""
    population: str = ""
    alternatives: bool = False


class Output(Answer, frozen=True, kw_only=True):
    """The recommendation; `no_call` where a gene that it depends on has no call, which is never normal."""

    outcome: Literal["found", "no_call", "not_covered"] = "not_covered"
    recommendations: tuple[Advice, ...] = ()
    missing: tuple[str, ...] = ()


def run(given: Input, as_of: date) -> Output:
    """The recommendation for what is known of the genes."""
    from tools.pharmacogenomics import pharmacogenomics

    raise NotImplementedError(pharmacogenomics)
