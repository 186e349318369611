"""Value sets: names with codes, texts and parents; what a code or a text means, with everything above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from tools.clinical.facts import Coding
from tools.terminology.lexicon import ascend
from tools.terminology.systems import system_of
from tools.terminology.text import name_key, spoken_forms


class Named(Protocol):
    """What the entries of all value sets have."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def is_a(self) -> tuple[str, ...]: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Member:
    """One entry with its codes by code system."""

    entry: Named
    codes: Mapping[str, tuple[str, ...]]


class ValueSets:
    """Names, what they are a kind of, and the codes and texts that mean them."""

    def __init__(self, members: Iterable[Member], by_prefix: frozenset[str] = frozenset()) -> None:
        members = tuple(members)
        self.titles: dict[str, str] = {member.entry.name: member.entry.title or member.entry.name.replace("-", " ") for member in members}
        self._above = {member.entry.name: member.entry.is_a for member in members}
        self._codes: dict[tuple[str, str], list[str]] = {}
        self._prefixes: dict[tuple[str, str], list[str]] = {}
        self._first: dict[str, Coding] = {}
        self._texts: dict[str, str] = {}
        for member in members:
            self._add(member, by_prefix)
        self.match = lru_cache(maxsize=16384)(self._match)

    def _add(self, member: Member, by_prefix: frozenset[str]) -> None:
        name = member.entry.name
        for text in (name, member.entry.title, *member.entry.aliases):
            if text:
                self._texts.setdefault(name_key(text), name)
        for system, codes in member.codes.items():
            table = self._prefixes if system in by_prefix else self._codes
            for code in codes:
                table.setdefault((system, code.replace(".", "") if system in by_prefix else code), []).append(name)
                self._first.setdefault(name, Coding(system, code, self.titles[name]))

    def __contains__(self, name: str) -> bool:
        return name in self.titles or any(name in parents for parents in self._above.values())

    def canonical(self, text: str) -> str | None:
        """The name that a text or alias stands for."""
        return self._texts.get(name_key(text))

    def by_text(self, text: str) -> str | None:
        """The name that a diagnosis as written stands for, or its head where the rest only makes it narrower."""
        return next((name for form in spoken_forms(text) if (name := self.canonical(form))), None) if text else None

    def first_code(self, name: str) -> Coding | None:
        """A code to write for this name; `None` where the knowledge has none."""
        return self._first.get(name)

    def with_parents(self, names: Iterable[str]) -> frozenset[str]:
        """These names and everything that they are a kind of."""
        return frozenset(ascend(names, self._above))

    def by_codes(self, codes: Sequence[Coding]) -> frozenset[str]:
        """Names that one of the codes means, without parents."""
        return frozenset(name for coding in codes for name in self._of(coding))

    def _match(self, codes: tuple[Coding, ...], text: str) -> frozenset[str]:
        """What codes and text mean, with parents; empty: not known.

        The text decides only where no code does. A display that names something else than its code is believed, because that
        is what people read.
        """
        names = self.by_codes(codes)
        shown = frozenset(filter(None, (self.by_text(coding.display) for coding in codes)))
        if not names:
            return self.with_parents(shown or filter(None, (self.by_text(text),)))
        coded, told = self.with_parents(names), self.with_parents(shown)
        contradicted = shown and coded.isdisjoint(shown) and told.isdisjoint(names)
        return told if contradicted else coded | told

    def _of(self, coding: Coding) -> Iterable[str]:
        system = system_of(coding)
        yield from self._codes.get((system, coding.code), ())
        bare = coding.code.replace(".", "").upper()
        for end in range(1, len(bare) + 1):
            yield from self._prefixes.get((system, bare[:end]), ())
