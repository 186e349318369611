"""What somebody was shown about a patient a while ago, so that it is not shown again: in the database, so that every process over it knows.

Kept as digests: nobody's name or id lies in it as such. Whoever can read the database and guess ids could find a guess confirmed; the
records of the same patients lie beside it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec import Struct

from agent.faces.hooks.call import Call
from agent.store.held import Held


class Seen(Struct, frozen=True):
    """By which call an alert was shown first, and in which encounter, where that was said."""

    caller: str
    encounter: str = ""


@dataclass
class Memory:
    """Alerts by session of work: one person, one patient and (where both calls name one) one encounter.

    Args:
        seconds: how long it counts.
        held: where it is kept.
        clock: seconds since 1970.
    """

    seconds: float
    held: Held
    clock: Callable[[], float] = time.time

    def news(self, call: Call, keys: Iterable[str]) -> frozenset[str]:
        """Which of these alerts were not shown in this session of work; from now on they were, unless the call says not to remember.

        The same call sent again (same hook, same `hookInstance`) is answered as it was the first time. Where a call does not say who looks,
        nobody can be known to have seen it: every alert is news, and none is remembered. Raises StoreError.
        """
        alerts = frozenset(keys)
        if not call.context.user_id or not alerts:
            return alerts
        names = {key: "\0".join((call.context.user_id, call.context.patient, key)) for key in alerts}
        now = self.clock()
        seen = self.held.all_of("alert", names.values(), Seen, now)
        here = Seen(_digest(call.hook, call.hook_instance), _bare(call.context.encounter_id))
        again = {key for key, name in names.items() if _repeats(seen.get(name), here)}
        if call.repeats.cache_for_order_sign_filtering and again != alerts:
            self.held.put_all("alert", {names[key]: here for key in alerts - again}, until=now + self.seconds, now=now)
        return alerts - again if call.repeats.filter_out_repeated_alerts else alerts


def _repeats(seen: Seen | None, here: Seen) -> bool:
    """Whether it was shown by another call of the same session of work."""
    if seen is None or seen.caller == here.caller:
        return False
    return not (seen.encounter and here.encounter and seen.encounter != here.encounter)


def _bare(encounter: str | None) -> str:
    return _digest(encounter.removeprefix("Encounter/")) if encounter else ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
