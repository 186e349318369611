"""Which medicines a word means: one by its ingredients, a class by everything that makes it one, or what people call several classes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from tools.terminology import terminology


@dataclass(frozen=True)
class Meant:
    """What a word about medicines means; nothing, where both are empty.

    Attributes:
        ingredients: of one medicine.
        classes: each with everything its members are; a member of one of them has all of it, so that a beta blocker is not every
            medicine that lowers pressure.
    """

    ingredients: frozenset[str] = frozenset()
    classes: tuple[frozenset[str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ingredients or self.classes)

    def has(self, kinds: frozenset[str]) -> bool:
        """Whether a medicine of these kinds is meant."""
        return bool(self.ingredients & kinds) or any(each <= kinds for each in self.classes)


def meant(name: str) -> Meant:
    """What a name means."""
    lay = lay_words().medicines.get(_singular(name.casefold().strip()))
    if lay:
        return Meant(classes=tuple(terminology().medication(each).kinds for each in lay))
    match = terminology().medication(name)
    if match.ingredients:
        return Meant(frozenset(i.name for i in match.ingredients))
    return Meant(classes=(match.kinds,)) if match.kinds else Meant()


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and name[:-1] in lay_words().medicines else name


class Habit(Struct, frozen=True, forbid_unknown_fields=True):
    """A habit: by which words somebody asks for it, and by which a record speaks of it."""

    name: str
    asked: tuple[str, ...]
    record: tuple[str, ...]


class LayWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What people say: observables and classes of medicines by a word, and habits in the order in which they are thought of."""

    means: dict[str, tuple[str, ...]]
    medicines: dict[str, tuple[str, ...]]
    habits: tuple[Habit, ...]


@lru_cache(maxsize=1)
def lay_words() -> LayWords:
    """The words of `lay_names.toml`."""
    return msgspec.convert(tomllib.loads((Path(__file__).parent / "lay_names.toml").read_text("utf-8")), LayWords)
