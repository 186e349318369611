"""Choosing among drugs: in the order of the recommendation, passing over what is barred, saying why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Facts, MedicationUse
from tools.guidelines.results import Bar, Toolbox
from tools.guidelines.shared import Shared


@dataclass(frozen=True)
class Avoided:
    """A drug or class that a recommendation of this run takes out of every choice; with `most`, only above that amount."""

    name: str
    because: str
    rule: KnowledgeRef
    most: str = ""


@dataclass(frozen=True)
class Choice:
    """The drug chosen, and every other option with the reason why not."""

    picked: str | None
    passed: tuple[tuple[str, str], ...]
    ceiling: str = ""


def kinds_of(drug: str, toolbox: Toolbox) -> frozenset[str]:
    """Names and classes of a drug; of a fixed combination (`a/b`), those of all its components."""
    return frozenset({drug}).union(*(toolbox.kinds_of(component) for component in drug.split("/")))


def candidates(names: Sequence[str], shared: Shared, toolbox: Toolbox) -> tuple[str, ...]:
    """Drugs in order of preference; a class gives its preferred members, or all of them where none is preferred."""
    found: list[str] = []
    for name in names:
        members = shared.members(name)
        found += members if members != (name,) else toolbox.members(name) or (name,)
    return tuple(dict.fromkeys(found))


def choose(drugs: Sequence[str], facts: Facts, toolbox: Toolbox, avoided: Sequence[Avoided]) -> Choice:
    """The first drug that nothing bars.

    Returns:
        `picked` is `None` when every option is barred; `passed` then tells why, one by one.
    """
    passed: list[tuple[str, str]] = []
    picked: str | None = None
    for drug in drugs:
        if picked is not None:
            passed.append((drug, f"Also suitable; {picked} is named first."))
            continue
        bar = bar_of(drug, facts, toolbox, avoided)
        if bar is None:
            picked = drug
        else:
            passed.append((drug, bar.reason))
    return Choice(picked, tuple(passed), _ceiling(picked, toolbox, avoided))


def bar_of(drug: str, facts: Facts, toolbox: Toolbox, avoided: Sequence[Avoided]) -> Bar | None:
    """Why a drug may not be proposed: an avoidance of this run first, then what the other tools say."""
    kinds = kinds_of(drug, toolbox)
    own = next((entry for entry in avoided if entry.name in kinds and not entry.most), None)
    if own is not None:
        return Bar(own.because, own.rule)
    return _bar_of_components(tuple(drug.split("/")), facts, toolbox)


def _bar_of_components(components: tuple[str, ...], facts: Facts, toolbox: Toolbox) -> Bar | None:
    """Each component by itself, then beside the others: a bronchodilator that needs a steroid has it in the same inhaler.

    What speaks against two of them as separate medicines does not speak against one product that holds both.
    """
    for component in components:
        bar = toolbox.barred(component, facts)
        others = [other for other in components if other != component]
        if bar is not None and others:
            beside = [MedicationUse(f"proposed:{other}", other, kinds=kinds_of(other, toolbox), currency="proposed") for other in others]
            bar = toolbox.barred(component, facts.proposing(beside))
        if bar is not None:
            return bar
    return None


def _ceiling(drug: str | None, toolbox: Toolbox, avoided: Sequence[Avoided]) -> str:
    if drug is None:
        return ""
    kinds = kinds_of(drug, toolbox)
    found = next((entry for entry in avoided if entry.most and entry.name in kinds), None)
    return f"at most {found.most} ({found.because})" if found else ""
