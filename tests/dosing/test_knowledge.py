"""Every example of every dose file comes out, and would not if a number were another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tools.clinical.knowledge import read_all
from tools.dosing import DoseFile, Rule, plausibility
from tools.dosing.index import FOLDER
from tools.dosing.plausibility import PlausibleFile

FILES = read_all(sorted(FOLDER.glob("*.toml")), DoseFile)
BOUNDS = read_all(sorted(plausibility.FOLDER.glob("*.toml")), PlausibleFile)
QUANTITY = re.compile(r"^(\d+(?:\.\d+)?) (\S+)$")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_every_example_comes_out(file: DoseFile) -> None:
    assert file.case_failures() == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_every_number_is_held_by_an_example(file: DoseFile) -> None:
    loose = [f"{rule.id}: {what}" for rule in file.rule for what, nudged in nudges(rule) if not fails(file, rule, nudged)]
    assert loose == []


@pytest.mark.parametrize("file", BOUNDS, ids=lambda file: file.id)
def test_the_bounds_of_belief_are_held_by_examples(file: PlausibleFile) -> None:
    assert file.case_failures() == []
    loose = [what for what, entry in nudges_of(msgspec.to_builtins(file.bounds)) if not bounds_fail(file, entry)]
    assert loose == []


def test_the_harness_itself_can_fail() -> None:
    file = FILES[0]
    rule = file.rule[0]
    without = msgspec.structs.replace(file, case=())
    assert [what for what, nudged in nudges(rule) if not fails(without, rule, nudged)] == [what for what, _ in nudges(rule)]


def nudges(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule once for each number in it, one step up and one step down."""
    for what, raw in nudges_of(msgspec.to_builtins(rule)):
        yield what, msgspec.convert(raw, Rule)


def nudges_of(raw: Any) -> Iterator[tuple[str, Any]]:
    """A structure of plain values once for each quantity in it, one step up and one step down."""
    if isinstance(raw, str):
        match = QUANTITY.match(raw)
        for sign in (1, -1) if match and Decimal(match[1]) else ():
            number = Decimal(match[1]) + sign * step_of(match[1])  # type: ignore[index]
            if number > 0:
                yield f"{raw} → {number}", f"{number} {match[2]}"  # type: ignore[index]
    elif isinstance(raw, dict):
        for key, value in raw.items():
            if key not in {"name", "usual", "titration", "because", "note", "form", "hint", "max_total", "id", "observable"}:
                yield from ((f"{key} {what}", {**raw, key: other}) for what, other in nudges_of(value))
    elif isinstance(raw, list | tuple):
        for position, value in enumerate(raw):
            yield from ((what, [*raw[:position], other, *raw[position + 1 :]]) for what, other in nudges_of(value))


def step_of(number: str) -> Decimal:
    """One in the last place."""
    return Decimal(1).scaleb(int(Decimal(number).as_tuple().exponent))


def fails(file: DoseFile, rule: Rule, nudged: Rule) -> bool:
    """Whether an example of the rule notices the nudge."""
    cases = tuple(case for case in file.case if case.rule == rule.id)
    return bool(msgspec.structs.replace(file, rule=(nudged,), case=cases).case_failures())


def bounds_fail(file: PlausibleFile, bounds: Any) -> bool:
    """Whether an example notices the nudge."""
    changed = msgspec.convert({**msgspec.to_builtins(file), "bounds": bounds}, PlausibleFile)
    return bool(changed.case_failures())
