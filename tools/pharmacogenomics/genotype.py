"""From what a laboratory wrote to a call: a phenotype, with an activity score where the gene has one.

Two alleles are written `*1/*4`, copies `*1/*2x2` or `*1/*2xN`. An allele that is not known here makes the call indeterminate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tools.pharmacogenomics.model import INDETERMINATE, NO_RESULT, GeneFile, within

_COPIES = re.compile(r"^(?P<name>.+?)\s*x\s*(?P<count>\d+|N)$")
_SCORE = re.compile(r"^(?:activity score|activity|as)\s*[:=]?\s*(?P<score>\d+(?:\.\d+)?)$", re.IGNORECASE)
_OPEN_COPIES = 3


@dataclass(frozen=True, slots=True)
class Call:
    """A gene as it was read. `phenotype` is `no-result` or `indeterminate` where there is none; `score` where it is known."""

    gene: str
    phenotype: str
    score: Decimal | None = None
    said: str = ""

    @property
    def made(self) -> bool:
        """There is a phenotype."""
        return self.phenotype not in (NO_RESULT, INDETERMINATE)


def read_call(file: GeneFile, said: str) -> Call:
    """The call for what was written: a phenotype, an activity score, or a diplotype.

    Args:
        file: the gene.
        said: `"poor metabolizer"`, `"PM"`, `"*4/*4"`, `"activity score 0.5"`, `"positive"`, `"*57:01/*07:02"`.

    Returns:
        A call with phenotype `indeterminate` where it cannot be read, `no-result` where nothing was said.
    """
    text = " ".join(said.split())
    if not text:
        return Call(file.gene, NO_RESULT)
    named = _named(file, text)
    if named is not None:
        return Call(file.gene, named, _only_score(file, named), text)
    scored = _SCORE.match(text)
    if scored and file.method == "score":
        return _by_score(file, Decimal(scored["score"]), text)
    return _by_alleles(file, text)


def phenotype_scores(file: GeneFile, phenotype: str) -> tuple[str, str] | None:
    """The scores that a phenotype may have; `None` where the gene is not scored."""
    return next((reading.scores for reading in file.reading if reading.phenotype == phenotype), None)


def _named(file: GeneFile, text: str) -> str | None:
    name = text.casefold()
    if name in file.aliases:
        return file.aliases[name]
    plain = name.replace("_", " ").replace(" ", "-")
    known = {reading.phenotype for reading in file.reading} | set(file.aliases.values()) | {INDETERMINATE, NO_RESULT}
    return plain if plain in known else file.aliases.get(name.replace("-", " "))


def _only_score(file: GeneFile, phenotype: str) -> Decimal | None:
    scores = phenotype_scores(file, phenotype)
    return Decimal(scores[0]) if scores and scores[0] == scores[1] else None


def _by_score(file: GeneFile, score: Decimal, text: str) -> Call:
    for reading in file.reading:
        if reading.scores and within(reading.scores, score):
            return Call(file.gene, reading.phenotype, score, text)
    return Call(file.gene, INDETERMINATE, None, text)


def _by_alleles(file: GeneFile, text: str) -> Call:
    alleles = [part.strip() for part in text.split("/")]
    if file.method == "presence":
        return _by_presence(file, alleles, text)
    if file.method == "x-linked" and len(alleles) == 1:
        alleles *= 2
    if len(alleles) != 2:
        return Call(file.gene, INDETERMINATE, None, text)
    if file.method == "score":
        return _by_sum(file, alleles, text)
    functions = [_function(file, allele) for allele in alleles]
    for reading in file.reading:
        if any(sorted(pair) == sorted(str(f) for f in functions) for pair in reading.pairs):
            return Call(file.gene, reading.phenotype, None, text)
    return Call(file.gene, INDETERMINATE, None, text)


def _by_presence(file: GeneFile, alleles: list[str], text: str) -> Call:
    """The first reading when one of the alleles is there; the second only where both alleles are written in full."""
    sought = {name for allele in file.allele for name in allele.names}
    present = file.reading[0].phenotype
    if sought.intersection(alleles):
        return Call(file.gene, present, None, text)
    whole = len(alleles) == 2 and all(re.fullmatch(r"\*\d+:\d+(:\d+)*", allele) for allele in alleles)
    absent = file.reading[1].phenotype if whole else INDETERMINATE
    return Call(file.gene, absent, None, text)


def _by_sum(file: GeneFile, alleles: list[str], text: str) -> Call:
    total = Decimal(0)
    for allele in alleles:
        value = _value(file, allele)
        if value is None:
            return Call(file.gene, INDETERMINATE, None, text)
        total += value
    return _by_score(file, total, text)


def _value(file: GeneFile, written: str) -> Decimal | None:
    """The activity value of an allele, times its copies; `xN` counts as three, the fewest that it can mean beside `x2`."""
    copies = 1
    several = _COPIES.match(written)
    if several:
        written = several["name"]
        copies = _OPEN_COPIES if several["count"] == "N" else int(several["count"])
    for allele in file.allele:
        if written in allele.names:
            return None if allele.score is None else Decimal(allele.score) * copies
    return None


def _function(file: GeneFile, written: str) -> str | None:
    return next((allele.function for allele in file.allele if written in allele.names), None)
