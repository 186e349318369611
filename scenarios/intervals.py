"""The interval of a share, wherever one is told."""

from __future__ import annotations

from math import sqrt

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
