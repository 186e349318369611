"""Pharmacogenomics: what a patient's genes mean for a medicine, and which test has to come before it.

    pharmacogenomics(gene, phenotype, diplotype, medication, facts)    as the public tool answers
    check_phenotypes(medications, facts)                               issues for a plan
    barred(kinds, facts)                                               a quick question before a medicine is proposed
    read_phenotypes(said)                                              diplotypes of a record as phenotypes
    read_diplotypes(said, phenotypes)                                  the alleles themselves, where a dose goes by them

A gene that was not called is never normal. The knowledge is the TOML in `genes/` and `drugs/`; its recommendations follow the
tables of the Clinical Pharmacogenetics Implementation Consortium (CC0) in this project's own words.
"""

from tools.pharmacogenomics.answers import Advice, GeneCall, PgxAnswer
from tools.pharmacogenomics.checks import barred, check_phenotypes, documents, knows, pharmacogenomics, read_diplotypes, read_phenotypes

__all__ = [
    "Advice",
    "GeneCall",
    "PgxAnswer",
    "barred",
    "check_phenotypes",
    "documents",
    "knows",
    "pharmacogenomics",
    "read_diplotypes",
    "read_phenotypes",
]
