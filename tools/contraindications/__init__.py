"""Contraindications: what speaks against a medicine in this patient, and what is missing beside it.

    check_medications(medications, facts)          a whole regimen, current and proposed
    check_contraindications(medication, facts)     one medicine, as the public tool answers
    barred(kinds, facts)                           a quick question before a medicine is proposed
    review_allergies(facts)                        labels on the allergy list that are worth a second look
    explain(rule_id)                               a rule with its sources
    knows(rule_id, version)                        whether a citation can be found here
    vocabulary()                                   every name that the rules use, for those who keep the terminology

The knowledge is the TOML in `data/`; the language of its conditions is `tools.clinical.clause`.
"""

from tools.contraindications.answers import ContraindicationAnswer, Explanation, Screening
from tools.contraindications.checks import barred, check_contraindications, check_medications, documents, explain, knows, review_allergies
from tools.contraindications.vocabulary import Vocabulary, vocabulary

__all__ = [
    "ContraindicationAnswer",
    "Explanation",
    "Screening",
    "Vocabulary",
    "barred",
    "check_contraindications",
    "check_medications",
    "documents",
    "explain",
    "knows",
    "review_allergies",
    "vocabulary",
]
