"""How often somebody may guess: after five wrong passwords a name waits a minute, then twice as long each time, up to a quarter of an hour."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_FREE = 5
_FIRST_WAIT_S = 60.0
_LONGEST_WAIT_S = 900.0
_FORGOTTEN_AFTER_S = 3600.0
_NAMES = 10_000
"""So many names are remembered; the oldest is forgotten first."""


@dataclass
class Attempts:
    """Wrong passwords by name, whether or not there is such a user.

    Args:
        clock: seconds that only go forward.
    """

    clock: Callable[[], float]
    _wrong: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, name: str) -> int:
        """Seconds until this name may try again; 0 where it may now."""
        count, last = self._count(name)
        if count < _FREE:
            return 0
        wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(count - _FREE, 10))
        return max(0, round(last + wait - self.clock()))

    def failed(self, name: str) -> None:
        """One more wrong password."""
        self._wrong[name] = (self._count(name)[0] + 1, self.clock())
        self._wrong.move_to_end(name)
        while len(self._wrong) > _NAMES:
            self._wrong.popitem(last=False)

    def passed(self, name: str) -> None:
        """The right password: what was wrong before is forgotten."""
        self._wrong.pop(name, None)

    def _count(self, name: str) -> tuple[int, float]:
        count, last = self._wrong.get(name, (0, 0.0))
        return (0, 0.0) if count and self.clock() - last > _FORGOTTEN_AFTER_S else (count, last)
