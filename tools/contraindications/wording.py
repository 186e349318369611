"""The sentences of a rule, with the medicine that they are about.

A text may write `{medicine}` where the medicine of the patient is to be named; where one issue speaks of several, all of them are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_PLACE = "{medicine}"


@lru_cache(maxsize=4096)
def named(text: str, names: tuple[str, ...]) -> str:
    """The text with the medicines in its place, and a capital where a sentence begins with one.

    Args:
        names: as they are to be read, hyphens aside.
    """
    if _PLACE not in text:
        return text
    *others, last = (name.replace("-class", "").replace("-", " ") for name in names)
    listed = f"{', '.join(others)} and {last}" if others else last
    return re.sub(rf"(^|[.:] ){re.escape(_PLACE)}", lambda begin: begin[1] + listed[:1].upper() + listed[1:], text).replace(_PLACE, listed)


def misplaced(texts: Sequence[str]) -> list[str]:
    """Places of these texts that nothing fills."""
    return [place for text in texts for place in re.findall(r"\{[^}]*\}", text) if place != _PLACE]
