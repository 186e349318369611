"""Genes: phenotypes and diplotypes that a laboratory reported. No call is never read as normal.

Read are a code that names the gene (`CYP2C19 gene product metabolic activity interpretation`), a genotype (84413-4) and a
medication implication (53040-2) with the gene as a component (48018-6). A phenotype goes before a diplotype; of two, the newer.
Raw sequences (MolecularSequence) are not interpreted, and an issue says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from agent.fhir import concepts
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.reading import UNREAD, USED, GeneCall, Outcome, Reading, aside

_KNOWN = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["genes"]
_BY_CODE: dict[str, str] = _KNOWN["by_code"]
_GENE, _PHENOTYPE = _KNOWN["gene_component"], _KNOWN["phenotype_component"]
_GENOTYPES = frozenset(_KNOWN["genotype_codes"])
_NO_CALL = tuple(_KNOWN["not_a_call"])
_ABSENT = tuple(_KNOWN["absent_words"])
_DROPPED = re.compile(r"\b(?:" + "|".join(_KNOWN["dropped_words"]) + r")s?\b")
_NAME = re.compile(r"\b(CYP\d[A-Z]\d+|HLA-[A-Z]+\d?|[A-Z][A-Z0-9]{2,7})\b")
_HLA = re.compile(r"\b(HLA-[A-Z]+\d?\*\d+:\d+)\b")
_DIPLOTYPE = re.compile(r"\*[\w:]+\s*/\s*\*[\w:]+|\b[ACGT]/[ACGT]\b")
_WITH_ALLELE = re.compile(r"\b([A-Z][A-Z0-9-]{2,9})\s?\*\w")
CODES = frozenset(_BY_CODE) | _GENOTYPES | {_PHENOTYPE}


def read(
    what: Concept,
    whole: r4.Observation,
    part: r4.Observation | el.ObservationComponent,
    reference: str,
    when: date | None,
    reading: Reading,
) -> Outcome:
    """A gene's phenotype or diplotype."""
    asked = what.among(CODES)
    said = concepts.concept.of(part.value_codeable_concept).text or " ".join((part.value_string or "").split())
    if asked is None or not said:
        return UNREAD
    gene = _gene_in(said) or _gene(asked.code, what, whole)
    if gene is None:
        return aside("a genomic result that names no gene, or several")
    if any(word in said.casefold() for word in _NO_CALL):
        reading.issue(reference, "unrecognized", f"{gene}: the laboratory gave no call")
        return aside(f"{gene}: no call")
    alleles = list(dict.fromkeys(_HLA.findall(said)))
    if alleles:
        return _alleles(alleles, said, reference, when, reading)
    call = _call(gene, said, reference, when, genotype=asked.code in _GENOTYPES)
    if call is None:
        return UNREAD
    reading.calls.append(call)
    return USED


def _alleles(alleles: list[str], said: str, reference: str, when: date | None, reading: Reading) -> Outcome:
    """HLA alleles that are there, or one that is not; of several, words of absence do not tell which one they mean."""
    absent = any(word in said.casefold() for word in _ABSENT)
    if absent and len(alleles) > 1:
        reading.issue(reference, "unrecognized", f"{', '.join(alleles)}: which of them is absent cannot be told")
        return aside("several HLA alleles, of which some are absent: which cannot be told")
    reading.calls += [GeneCall(allele, "negative" if absent else "positive", when, True, reference) for allele in alleles]
    return USED


def _call(gene: str, said: str, reference: str, when: date | None, genotype: bool) -> GeneCall | None:
    """What was said of the gene; a sequence variant in words is no call."""
    diplotype = _DIPLOTYPE.search(said)
    if diplotype is not None:
        return GeneCall(gene, diplotype[0].replace(" ", ""), when, False, reference)
    words = _DROPPED.sub(" ", said.casefold().replace(gene.casefold(), " ")).split()
    return None if genotype or not words else GeneCall(gene, "-".join(words), when, True, reference)


def _gene_in(said: str) -> str | None:
    """The gene that a star allele is written with, as in `CYP2C9 *2/*3`."""
    found = _WITH_ALLELE.search(said)
    return found[1] if found else None


def _gene(code: str, what: Concept, whole: r4.Observation) -> str | None:
    """The gene by code, by what the code is called, or by component; `None` where these disagree or name none."""
    named = {_BY_CODE[code]} if code in _BY_CODE else set()
    if code in _BY_CODE:
        named |= {found[1] for coding in what.codes if (found := _NAME.match(coding.display))}
    for part in whole.component:
        if concepts.concept.of(part.code).has(_GENE):
            value = concepts.concept.of(part.value_codeable_concept)
            named |= {found[1] for text in (value.text, *(c.display for c in value.codes)) if (found := _NAME.search(text))}
    return named.pop() if len(named) == 1 else None


def settled(calls: Iterable[GeneCall]) -> tuple[dict[str, str], dict[str, str]]:
    """One phenotype a gene, and both alleles where they mean the same.

    It is the newest phenotype, else the newest diplotype, read as a phenotype where the gene's table allows it.
    """
    ranked = sorted(calls, key=lambda call: (call.is_phenotype, call.when or date.min))
    said = {call.gene: call.says for call in ranked}
    if not said:
        return {}, {}
    from tools.pharmacogenomics import read_diplotypes, read_phenotypes  # few records hold genes: the tables are loaded for those alone

    found = {**said, **read_phenotypes(said)}
    return found, read_diplotypes({call.gene: call.says for call in ranked if not call.is_phenotype}, found)
