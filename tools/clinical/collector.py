"""The cyclic collector, where it would look at much and find nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector off: for work that makes many objects and no cycles, each of which would be looked at again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def seldom() -> None:
    """The collector looks once fifty thousand objects are new, not seven hundred, and never again at what is there now: what a process
    loads at its start stays to its end.
    """
    gc.freeze()
    gc.set_threshold(_MANY)
