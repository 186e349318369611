"""How many requests a client may make in a minute: a bucket that fills evenly."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST = 20_000


@dataclass
class Rate:
    """So many a minute for each client.

    Args:
        per_minute: how many; a client that was quiet may make them at once.
        clock: seconds that only go forward.
    """

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, client: str) -> int:
        """0 where the request may go on; else the seconds until it may."""
        now, each = self.clock(), self.per_minute / 60
        with self._lock:
            left, at = self._left.pop(client, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - at) * each)
            goes_on = left >= 1
            self._left[client] = (left - 1 if goes_on else left, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return 0 if goes_on else max(1, round((1 - left) / each))
