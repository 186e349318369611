"""The interval of a share, wherever one is told."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev

_Z = 1.959964
"""Of the normal distribution, for 95 %."""


def wilson(met: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share; from 0 to 1 where nothing was counted.

    Source: Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-212.
    """
    if not of:
        return 0.0, 1.0
    share, square = met / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a mean, by the normal distribution; the mean itself where there are fewer than two values, or all are one."""
    middle = mean(values)
    half = _Z * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return middle - half, middle + half
