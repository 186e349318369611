"""What files of pharmacogenomic knowledge may say: how a gene is read, and what follows for a medicine.

A gene's file turns alleles into a phenotype. A medicine's file turns phenotypes into a recommendation. A gene that was not called
is `no-result`, which no rule may treat as normal.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from tools.clinical.clause import Clause, compile_clause
from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Document
from tools.clinical.sourcing import twice

Action = Literal[
    "standard", "monitor", "start-low", "reduce", "increase", "alternative", "avoid", "contraindicated", "test", "algorithm", "none"
]
Strength = Literal["strong", "moderate", "optional", "none", "label"]
Method = Literal["score", "pairs", "presence", "x-linked"]
NO_RESULT = "no-result"
INDETERMINATE = "indeterminate"


class Allele(Struct, frozen=True, forbid_unknown_fields=True):
    """Alleles of one function; `score` is the activity value of each where the gene is scored."""

    function: str
    names: tuple[str, ...]
    score: str | None = None


class Reading(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A phenotype and what leads to it.

    Attributes:
        scores: the lowest and the highest activity score, both included; an empty highest is open.
        pairs: functions of the two alleles, in either order.
    """

    phenotype: str
    scores: tuple[str, str] | None = None
    pairs: tuple[tuple[str, str], ...] = ()


class GeneCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A diplotype, or what a laboratory wrote, and how it is read."""

    given: str
    phenotype: str
    score: str | None = None


class GeneFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one gene is read.

    Attributes:
        method: `score` adds activity values, `pairs` looks two functions up, `presence` asks whether an allele is there,
            `x-linked` takes one allele or two.
        aliases: what laboratories write → the phenotype's name here.
        also: other names of the gene.
    """

    gene: str
    also: tuple[str, ...] = ()
    method: Method
    allele: tuple[Allele, ...] = ()
    reading: tuple[Reading, ...]
    aliases: dict[str, str] = field(default_factory=dict)
    case: tuple[GeneCase, ...] = ()

    def faults(self) -> list[str]:
        """Alleles given twice, readings of functions that no allele has, phenotypes without an example."""
        known = {allele.function for allele in self.allele}
        tried = {case.phenotype for case in self.case}
        faults = twice(name for allele in self.allele for name in allele.names)
        faults += [f"{r.phenotype}: no allele has function {f!r}" for r in self.reading for pair in r.pairs for f in pair if f not in known]
        faults += [f"no example is read as {reading.phenotype!r}" for reading in self.reading if reading.phenotype not in tried]
        return faults

    def case_failures(self) -> list[str]:
        """Examples that are read otherwise, a sentence each."""
        from tools.pharmacogenomics.genotype import read_call

        failures = []
        for case in self.case:
            call = read_call(self, case.given)
            got = (call.phenotype, None if call.score is None else str(call.score))
            if got != (case.phenotype, case.score):
                failures.append(f"{self.id}: {case.given}: expected {(case.phenotype, case.score)}, got {got}")
        return failures


class Result(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a gene must be for a recommendation: one of some phenotypes, or a score within bounds (both included)."""

    gene: str
    phenotypes: tuple[str, ...] = ()
    scores: tuple[str, str] | None = None


class Recommendation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What follows from some results for the medicines of its file.

    Attributes:
        results: all of them must hold.
        population: for whom, in words; `when` says the same to the program, and is empty where the record cannot show it.
    """

    id: str
    results: tuple[Result, ...]
    action: Action
    strength: Strength
    text: str
    implication: str = ""
    alternatives: tuple[str, ...] = ()
    population: str = ""
    when: tuple[Clause, ...] = ()
    drugs: tuple[str, ...] = ()


class MustTest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A test that has to come before the first dose."""

    gene: str
    text: str
    severity: Literal["major", "moderate"] = "major"
    drugs: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()


class DrugCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A medicine, the calls, and the recommendations that follow."""

    name: str
    drug: str
    genes: dict[str, str] = {}
    expect: tuple[str, ...] = ()


class DrugFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Recommendations for one medicine, or for some that share them."""

    drug: tuple[str, ...]
    genes: tuple[str, ...]
    recommendation: tuple[Recommendation, ...]
    must_test: tuple[MustTest, ...] = ()
    case: tuple[DrugCase, ...] = ()

    def faults(self) -> list[str]:
        """Ids given twice, genes that are not announced, bounds that are no numbers, clauses that do not compile, no example."""
        tried = {name for case in self.case for name in case.expect}
        faults = twice(entry.id for entry in self.recommendation)
        faults += [fault for entry in self.recommendation for fault in self._faults_of(entry, tried)]
        return [*faults, *_clause_faults(self)]

    def _faults_of(self, entry: Recommendation, tried: set[str]) -> Iterator[str]:
        if entry.id not in tried:
            yield f"{entry.id}: no case expects it"
        for result in entry.results:
            if result.gene not in self.genes:
                yield f"{entry.id}: {result.gene!r} is not among the genes of the file"
            if bool(result.phenotypes) == (result.scores is not None):
                yield f"{entry.id}: {result.gene} needs phenotypes or scores"
        for name in set(entry.drugs) - set(self.drug):
            yield f"{entry.id}: {name!r} is not among the medicines of the file"

    def case_failures(self) -> list[str]:
        """Examples that come out otherwise, a sentence each."""
        from tools.pharmacogenomics.advice import case_failures

        return case_failures(self)


def _clause_faults(file: DrugFile) -> Iterator[str]:
    for owner, clauses in [(r.id, r.when) for r in file.recommendation] + [(t.gene, t.when) for t in file.must_test]:
        yield from (f"{owner}: {fault}" for fault in faults_of(compile_clause, clauses))


def within(bounds: tuple[str, str], score: Decimal) -> bool:
    """Whether a score lies within bounds, both included; an empty upper bound is open."""
    low, high = bounds
    return Decimal(low) <= score and (not high or score <= Decimal(high))
