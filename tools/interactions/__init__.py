"""Interactions: what medicines do to each other, in this patient, with few needless interruptions.

    check_regimen(medications, facts)         a whole regimen, current and proposed
    check_interactions(medications, facts)    the same as the public tool answers
    explain(rule_id)                          a rule with its sources
    knowledge_refs()  knows(id, version)      what is in force
    vocabulary()                              every name that the rules use, for those who keep the terminology

The rules are the TOML in `data/`, the alert discipline the one in `discipline/`; the language of conditions is
`tools.clinical.clause`. Names are never resolved here: a medicine carries its `kinds`.

How a pair is judged:

1. Each rule applies its own changes. A raising one wins over a lowering one; what cannot be told from the record neither
   raises nor lowers, and is named in `missing`. A problem that is not listed does not hold.
2. A medicine that a change names is looked for in the pair first, then in the whole list.
3. Of the rules on a pair the gravest speaks, of equals the most specific, what is kept out of sight last; the others are merged
   in. A specific rule that `settles` a pair stands even where a broader one is graver. A fallback speaks only when alone.
4. Two orders of one ingredient, and the components of one product, do not interact with each other.
5. A combination of several medicines never lowers what a pair rule says; it is left out only where another combination
   replaces it, or where it has two medicines and a pair rule has spoken about them.
6. The alert discipline decides last: local route, circumstance that makes it harmless, intended, long borne with monitoring in
   date, of low value. What is kept out of sight stays among the issues, with the reason. An unsure rule never interrupts.
"""

from tools.interactions.answers import Explanation, InteractionAnswer, Screening
from tools.interactions.checks import check_interactions, check_regimen, documents, explain, knowledge_refs, knows
from tools.interactions.vocabulary import Vocabulary, vocabulary

__all__ = [
    "Explanation",
    "InteractionAnswer",
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
