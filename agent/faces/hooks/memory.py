"""What somebody was shown about a patient a while ago, so that it is not shown again; forgotten when the process ends, which only repeats it.

Kept as digests under a key of this process's own: nobody's name or id lies in it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.faces.hooks.call import Call

_MOST = 100_000


@dataclass
class Memory:
    """Alerts by session of work: one person, one patient and (where both calls name one) one encounter.

    Args:
        seconds: how long it counts.
        clock: seconds that only go forward.
    """

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _seen: OrderedDict[str, tuple[float, str, str]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_news(self, call: Call, key: str) -> bool:
        """Whether this alert was not shown in this session of work; from now on it was, unless the call says not to remember.

        The same call sent again (same hook, same `hookInstance`) is answered as it was the first time. Where a call does not say who looks,
        nobody can be known to have seen it: every alert is news, and none is remembered.
        """
        if not call.context.user_id:
            return True
        name = self._digest(call.context.user_id, call.context.patient, key)
        caller, encounter = self._digest(call.hook, call.hook_instance), self._bare(call.context.encounter_id)
        with self._lock:
            self._forget()
            seen = self._seen.get(name)
            if seen and seen[1] != caller and not (seen[2] and encounter and seen[2] != encounter):
                return not call.repeats.filter_out_repeated_alerts
            if call.repeats.cache_for_order_sign_filtering:
                self._seen[name] = (self.clock(), caller, encounter)
                self._seen.move_to_end(name)
            return True

    def _forget(self) -> None:
        over = self.clock() - self.seconds
        while self._seen and (len(self._seen) > _MOST or next(iter(self._seen.values()))[0] < over):
            self._seen.popitem(last=False)

    def _bare(self, encounter: str | None) -> str:
        return self._digest(encounter.removeprefix("Encounter/")) if encounter else ""

    def _digest(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(parts).encode(), hashlib.sha256).hexdigest()
