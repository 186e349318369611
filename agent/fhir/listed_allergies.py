"""Allergies that stand on the problem list: `Allergy to penicillin (finding)` is one, whatever resource says it.

Told by the words of the diagnosis, as SNOMED CT writes them; what is not known as an allergen stays a problem only. The problem
itself is kept as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.fhir import terms
from agent.fhir.concepts import Concept
from tools.clinical.facts import Allergy, Problem

_ALLERGY = r"allergy|allergic reaction|hypersensitivity|anaphylaxis"
_INTOLERANCE = r"non-allergic hypersensitivity|intolerance|adverse reaction"
_TO = re.compile(rf"(?:history of )?(?:(?P<mild>{_INTOLERANCE})|{_ALLERGY}) (?:to|caused by|due to) (?P<what>.+)", re.IGNORECASE)
_OF = re.compile(r"(?P<what>\S+) (?:allergy|(?P<mild>intolerance))", re.IGNORECASE)
_TAG = re.compile(r" \((?:disorder|finding|situation)\)$")


def listed(problem: Problem) -> Iterator[Allergy]:
    """The allergy that a problem states, if it does."""
    words = _TAG.sub("", problem.text)
    found = _TO.fullmatch(words) or _OF.fullmatch(words)
    if found is None:
        return
    match = terms.allergen(Concept((), found["what"]))
    if match.recognized:
        yield Allergy(
            reference=problem.reference,
            text=found["what"],
            kinds=match.kinds,
            code=problem.code,
            intolerance=found["mild"] is not None,
            active=problem.active,
            verified=problem.verified,
            recorded=problem.onset,
        )
