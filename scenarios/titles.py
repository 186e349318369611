"""What the values of a plan are called."""

from __future__ import annotations

from functools import lru_cache

from tools.terminology import terminology


@lru_cache(maxsize=1)
def observables_by_title() -> dict[str, str]:
    """The name of each observable by the title under which a plan orders it."""
    known = (terminology().observable_named(name) for name in terminology().observable_names())
    return {one.title: one.name for one in known if one is not None}
