"""What this tool answers with."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Citation, KnowledgeRef

PgxOutcome = Literal["found", "nothing_found", "not_checked", "no_call"]


class GeneCall(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a gene was read. `phenotype` is `no-result` or `indeterminate` where there is none."""

    gene: str
    phenotype: str
    activity_score: str | None = None
    said: str = ""


class Advice(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A recommendation for a medicine under these genes.

    Attributes:
        action: one word; `text` says it in full.
        strength: `strong`, `moderate`, `optional`, `none` (no recommendation can be made) or `label`.
        population: for whom, where not for everybody.
        depends_on_score: several recommendations fit the phenotype; the activity score would tell which.
    """

    id: str
    version: str
    drug: str
    genes: dict[str, str]
    action: str
    text: str
    strength: str
    implication: str = ""
    population: str = ""
    alternatives: tuple[str, ...] = ()
    depends_on_score: bool = False
    evidence: tuple[Citation, ...] = ()


class PgxAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer of the public tool.

    Attributes:
        outcome: `no_call` where no gene that matters has a phenotype, which is never the same as normal; `not_checked` where the
            medicine or the gene is not covered; `nothing_found` where the published tables give no row for these results.
        missing: genes without a call.
    """

    outcome: PgxOutcome
    recommendations: tuple[Advice, ...] = ()
    calls: tuple[GeneCall, ...] = ()
    missing: tuple[str, ...] = ()
    knowledge: tuple[KnowledgeRef, ...] = ()
    reason: str = ""
