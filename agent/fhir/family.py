"""What a relative's illness means for the patient: an early infarction of a parent or sibling, a tumour that runs in families.

| relative | condition | state of the patient |
|---|---|---|
| first degree (`special.toml`, `family.first_degree`) | one of a state's kinds, with an age at onset below the limit of the relative's sex | that state |
| any | one of the kinds of a state without a limit | that state |

A relative whose sex the relationship does not tell counts by the lower limit. Without an age, an early illness is not assumed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.fhir import elements as el
from agent.fhir import terms
from agent.fhir.concepts import Concept
from tools.clinical.errors import UnitMismatchError
from tools.clinical.quantity import Quantity

_KNOWN = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["family"]
_DEGREE: dict[str, list[str]] = _KNOWN["first_degree"]
_STATES: list[dict[str, object]] = _KNOWN["state"]


def states(relative: Concept, conditions: Iterable[tuple[Concept, el.FamilyCondition]]) -> Iterator[str]:
    """The states of the patient that follow from what this relative had."""
    sex = next((sex for sex, codes in _DEGREE.items() if relative.has(*codes)), None)
    for what, condition in conditions:
        kinds = terms.problem(what) if what else frozenset[str]()
        for state in _STATES:
            if kinds.intersection(_names(state["kinds"])) and _early(state, sex, condition.onset_age):
                yield str(state["name"])


def _early(state: dict[str, object], sex: str | None, onset: el.Quantity | None) -> bool:
    below = state.get("below_years")
    if not isinstance(below, dict):
        return True
    if sex is None or onset is None or onset.value is None:
        return False
    try:
        years = Quantity(onset.value, onset.code or onset.unit or "").to("a").value
    except UnitMismatchError:
        return False
    return bool(years < below[sex])


def _names(kinds: object) -> frozenset[str]:
    return frozenset(map(str, kinds)) if isinstance(kinds, list) else frozenset()
