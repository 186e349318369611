"""Resources of a record that nothing could be made of, for a card: silence about them would be taken for safety."""

from __future__ import annotations

import re
from collections.abc import Sequence

import orjson

from tools.clinical.plan import SetAside

_COUNTING = frozenset(
    {"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration", "AllergyIntolerance", "Condition"}
)
"""Types that checks of orders are made of; of values, those that are missing are asked for by the checks themselves."""
_SAYS_SO = (
    "entered in error", "a draft", "intent ", "status ", "dated ", "refuted", "doNotPerform", "a dispense that is", "an administration that was not",
    "the same id as", "about ", "says of no patient",
)  # fmt: skip
"""How the reasons begin of what was read, and says itself that it does not count, or is somebody else's."""
_PLACE = re.compile(r"entry\[(\d+)\]")
_MOST = 5


def not_understood(record: bytes, set_aside: Sequence[SetAside]) -> tuple[str, ...]:
    """Which resources were set aside though they may count, and why.

    Args:
        record: the Bundle that was read.
        set_aside: what reading it left out.
    """
    doubtful = [entry for entry in set_aside if not entry.reason.startswith(_SAYS_SO)]
    if not doubtful:
        return ()
    resources = [entry["resource"] for entry in orjson.loads(record)["entry"]]
    named = ((_reference(resources, entry.entry), entry.reason) for entry in doubtful)
    lines = [f"{reference} could not be read: {reason}" for reference, reason in named if reference.partition("/")[0] in _COUNTING]
    more = [f"{len(lines) - _MOST} more resources of the record could not be read"] if len(lines) > _MOST else []
    return (*lines[:_MOST], *more)


def _reference(resources: Sequence[dict[str, object]], place: str) -> str:
    found = _PLACE.fullmatch(place)
    if found is None:
        return ""
    resource = resources[int(found[1])]
    return f"{resource.get('resourceType')}/{resource.get('id', '')}"
