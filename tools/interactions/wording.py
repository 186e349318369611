"""The sentences of a rule, with the medicines concerned put in their places.

A rule on two medicines may write `{1}` and `{2}` for the medicine on its first and on its second side. A class thereby speaks of
the medicine that is taken, and an action says which of the two it acts on.
"""

from __future__ import annotations

import re
from functools import lru_cache

PLACE = re.compile(r"\{([^}]*)\}")


@lru_cache(maxsize=8192)
def worded(text: str, names: tuple[tuple[str, ...], ...]) -> str:
    """The text with its places filled, a capital at its beginning and a full stop at its end.

    Args:
        names: the ingredients of each side, in the order of the rule.
    """
    if "{" in text:
        for place, ingredients in enumerate(names, 1):
            text = text.replace(f"{{{place}}}", " and ".join(ingredients).replace("-class", "").replace("-", " "))
        text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".!?" else f"{text}."


def misplaced(text: str, sides: int) -> list[str]:
    """Places of the text that no side fills."""
    return [place for place in PLACE.findall(text) if place not in [str(number) for number in range(1, sides + 1)]]
