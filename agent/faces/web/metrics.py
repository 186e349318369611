"""Counts and times of the service in Prometheus' text format; names of routes, never of patients, people or plans."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_EDGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.5, 1.0, 2.5, 10.0)
Labels = tuple[tuple[str, str], ...]


@dataclass
class Metrics:
    """What has happened since the process began."""

    _counts: dict[tuple[str, Labels], int] = field(default_factory=lambda: defaultdict(int))
    _times: dict[Labels, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * (len(_EDGES) + 1)))
    _sums: dict[Labels, float] = field(default_factory=lambda: defaultdict(float))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, name: str, **labels: str) -> None:
        """One more of something."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += 1

    def took(self, seconds: float, **labels: str) -> None:
        """How long a request took."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            self._times[key][bisect_left(_EDGES, seconds)] += 1
            self._sums[key] += seconds

    def text(self) -> str:
        """All of it, as Prometheus reads it."""
        with self._lock:
            return "\n".join([*self._count_lines(), *self._time_lines()]) + "\n"

    def _count_lines(self) -> Iterator[str]:
        last = ""
        for (name, labels), number in sorted(self._counts.items()):
            if name != last:
                yield f"# TYPE {name} counter"
            last = name
            yield f"{name}{_braced(labels)} {number}"

    def _time_lines(self) -> Iterator[str]:
        name = "carewright_request_seconds"
        if self._times:
            yield f"# TYPE {name} histogram"
        for labels, buckets in sorted(self._times.items()):
            total = 0
            for edge, number in zip((*map(str, _EDGES), "+Inf"), buckets, strict=True):
                total += number
                yield f"{name}_bucket{_braced((*labels, ('le', edge)))} {total}"
            yield f"{name}_sum{_braced(labels)} {self._sums[labels]:.6f}"
            yield f"{name}_count{_braced(labels)} {total}"


def _braced(labels: Labels) -> str:
    said = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
