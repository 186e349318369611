"""Whether a danger that cannot be told today was absent when it was last looked for.

A rule that stops or holds a medicine at a dangerous value asks for a recent one. Where the last value was harmless and no
monitoring is due, a further test is not ordered for that rule alone: monitoring has rules of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from tools.clinical.facts import Facts
from tools.clinical.truth import Condition, Truth
from tools.guidelines.modules import shared


def still_wanted(condition: Condition, missing: Iterable[str], facts: Facts) -> tuple[str, ...]:
    """Of what a rule lacks, the values to be measured anew: those of which none of late tells that the rule would not hold."""
    names = tuple(missing)
    last = [found for name in names if name != "age" and (found := facts.latest(name, shared().monitored_within_days))]
    if not last:
        return names
    as_if_today = facts.with_measurements(replace(value, when=facts.as_of) for value in last)
    return () if condition.holds(as_if_today).truth is Truth.FALSE else names
