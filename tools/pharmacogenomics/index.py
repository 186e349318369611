"""The knowledge that ships, found by gene and by medicine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from tools.clinical.knowledge import load
from tools.pharmacogenomics.genotype import Call, read_call
from tools.pharmacogenomics.model import INDETERMINATE, NO_RESULT, DrugFile, GeneFile

HERE = Path(__file__).parent
GENES, DRUGS = HERE / "genes", HERE / "drugs"


@lru_cache(maxsize=1)
def genes() -> Mapping[str, GeneFile]:
    """Gene name → how it is read."""
    return {file.gene: file for file in load(GENES, GeneFile)}


@lru_cache(maxsize=1)
def drugs() -> Mapping[str, tuple[DrugFile, ...]]:
    """Ingredient or class → the files about it."""
    found: dict[str, tuple[DrugFile, ...]] = {}
    for file in load(DRUGS, DrugFile):
        for name in file.drug:
            found[name] = (*found.get(name, ()), file)
    return found


def gene_name(written: str) -> str:
    """The gene as it is named here, whatever the case and whichever of its names was written."""
    name = written.strip().upper()
    return next((file.gene for file in genes().values() if name in file.also), name)


def call(gene: str, said: str) -> Call:
    """What was said of a gene, read; a gene that is not known here is indeterminate."""
    file = genes().get(gene)
    return read_call(file, said) if file else Call(gene, INDETERMINATE if said else NO_RESULT, None, said)


def calls(said: Mapping[str, str]) -> dict[str, Call]:
    """Every gene of a record, read. A diplotype of an HLA gene also answers for each allele that has a file; a bare "positive"
    of such a gene, which names no allele, answers for none."""
    found: dict[str, Call] = {}
    for written, text in said.items():
        gene = gene_name(written)
        found[gene] = call(gene, text)
        for name, file in genes().items():
            if name.startswith(f"{gene}*") and name not in said and "*" in text:
                found[name] = read_call(file, text)
    return found
