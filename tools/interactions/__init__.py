"""Interactions: what medicines do to each other, in this patient, with few needless interruptions.

    check_regimen(medications, facts)         a whole regimen, current and proposed
    check_interactions(medications, facts)    the same as the public tool answers
    explain(rule_id)                          a rule with its sources
    knowledge_refs()  knows(id, version)      what is in force
    vocabulary()                              every name that the rules use, for those who keep the terminology

The rules are the TOML in `data/`, the alert discipline the one in `discipline/`; the language of conditions is
`tools.clinical.clause`. Names are never resolved here: a medicine carries its `kinds`.
"""

from tools.interactions.answers import Explanation, InteractionAnswer, MedicationCheck, Screening
from tools.interactions.checks import check_interactions, check_regimen, documents, explain, knowledge_refs, knows
from tools.interactions.vocabulary import Vocabulary, vocabulary

__all__ = [
    "Explanation",
    "InteractionAnswer",
    "MedicationCheck",
    "Screening",
    "Vocabulary",
    "check_interactions",
    "check_regimen",
    "documents",
    "explain",
    "knowledge_refs",
    "knows",
    "vocabulary",
]
