"""`carewright evaluate privacy`: how much of what identifies people in annotated texts is found, and what of clinical words is lost."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from agent.errors import RecordError
from agent.privacy.identifiers import identifiers_of, leaks
from agent.privacy.notes import identifying, scrubbed
from scenarios.cohort import Patient, cohort
from scenarios.intervals import wilson
from scenarios.tables import markdown

_LOOKS_MADE_UP = re.compile(r"\b[A-Z][a-z]+\d{2,}\b")
"""Names of synthetic patients (Alex454): in texts that nobody annotated, the only ones that are certainly names."""


_KEPT = "all but ages (those under 90 stay)"


@dataclass
class Recall:
    """What was found of one kind of entity: whole, or in part (a letter of it was left, but not all)."""

    of: int = 0
    whole: int = 0
    part: int = 0


@dataclass
class Tally:
    """Over all texts."""

    texts: int = 0
    kinds: dict[str, Recall] = field(default_factory=lambda: defaultdict(Recall))
    removed: int = 0
    removed_outside: int = 0
    letters: int = 0
    names: int = 0
    names_left: int = 0
    medicines: int = 0
    medicines_left: int = 0
    bundles: int = 0
    unread: int = 0
    identifiers: int = 0
    on_the_wire: Counter[str] = field(default_factory=Counter)


def report(paths: Sequence[Path]) -> str:
    """The tables, as Markdown. Raises RecordError where a path holds nothing of any use."""
    tally = Tally()
    for file in sorted(f for path in paths for f in (path.rglob("*") if path.is_dir() else [path])):
        _count_file(file, tally)
    for patient in _exported(paths):
        _count_bundle(patient.data(), tally)
    if not tally.texts and not tally.bundles:
        raise RecordError(
            "no annotated texts (JSON with `full_text` and `spans`), no notes (.txt), no bundles and no NDJSON exports were found"
        )
    return "\n\n".join(["# What identifies people", _summary(tally), markdown("Recall by kind", _table(tally))])


def _exported(paths: Sequence[Path]) -> Iterator[Patient]:
    """The patients of the NDJSON exports behind these paths."""
    lying = [path for path in paths if path.suffix == ".ndjson" or (path.is_dir() and any(path.rglob("*.ndjson")))]
    return (one for one in cohort(lying) if one.patient is not None)


def _count_file(file: Path, tally: Tally) -> None:
    if file.suffix == ".txt":
        _count_note(file.read_text("utf-8", "replace"), tally)
    elif file.suffix == ".json":
        try:
            document = orjson.loads(file.read_bytes())
        except orjson.JSONDecodeError:
            return
        if isinstance(document, list):
            _count_annotated(document, tally)
        elif isinstance(document, dict) and document.get("resourceType") == "Bundle":
            _count_bundle(file.read_bytes(), tally)


def _count_annotated(rows: Iterable[Any], tally: Tally) -> None:
    for row in (r for r in rows if isinstance(r, dict) and {"full_text", "spans"} <= r.keys()):
        text, tagged = row["full_text"], set[int]()
        found = {n for part in identifying(text) for n in range(part.start, part.end)}
        for span in row["spans"]:
            place = {n for n in range(span["start_position"], span["end_position"]) if text[n].isalnum()}
            tagged |= place
            one = tally.kinds[span["entity_type"]]
            one.of += 1
            one.whole += place <= found
            one.part += bool(place & found) and not place <= found
        letters = {n for n in found if text[n].isalnum()}
        tally.texts += 1
        tally.removed += len(letters)
        tally.removed_outside += len(letters - tagged)
        tally.letters += sum(letter.isalnum() for n, letter in enumerate(text) if n not in tagged)


def _count_note(text: str, tally: Tally) -> None:
    """Names that are certainly names must be gone; medicines of the line below `# Medications` should have stayed."""
    left = scrubbed(text)
    names = _LOOKS_MADE_UP.findall(text)
    tally.texts += 1
    tally.names += len(names)
    tally.names_left += sum(name in left for name in names)
    for line in re.findall(r"# Medications\n(.+)", text):
        medicines = [part.split()[0] for part in line.split(";") if part.split()]
        tally.medicines += len(medicines)
        tally.medicines_left += sum(medicine in left for medicine in medicines)


def _count_bundle(data: bytes, tally: Tally) -> None:
    """The prompt of every patient is searched for every known identifier of the whole bundle."""
    from agent.case import Case
    from agent.drafting.prompting import preview
    from agent.errors import PlannerError
    from agent.faces.planning_face import EXAMPLE_AS_OF

    try:
        sent = preview(Case(data, EXAMPLE_AS_OF))
    except PlannerError:
        tally.unread += 1
        return
    known = identifiers_of(data)
    tally.bundles += 1
    tally.identifiers += len(known)
    tally.on_the_wire.update(leaks(sent, known))


def _summary(tally: Tally) -> str:
    said = [f"{tally.texts} texts."]
    if tally.removed:
        outside = tally.removed_outside / tally.letters if tally.letters else 0
        said.append(f"Of the letters and digits outside of what is annotated, {outside:.1%} are removed too.")
    if tally.names:
        said.append(f"Notes: {tally.names_left} of {tally.names} names of synthetic patients are left; {tally.medicines_left} of {tally.medicines} medicines stay.")  # fmt: skip
    if tally.bundles:
        said.append(f"Prompts of {tally.bundles} bundles: {sum(tally.on_the_wire.values())} of {tally.identifiers} known identifiers stand in them (exact search); {tally.unread} more could not be planned.")  # fmt: skip
    return " ".join(said)


def _table(tally: Tally) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    kinds = sorted(tally.kinds.items(), key=lambda pair: -pair[1].of)
    total, but = _total(tally.kinds.values()), _total(one for name, one in kinds if name != "AGE")
    sums = [("all", total), *([(_KEPT, but)] if "AGE" in tally.kinds else [])]
    return ("kind", "annotated", "found whole", "in part", "recall", "95 % interval"), [_row(*pair) for pair in [*kinds, *sums]]


def _total(found: Iterable[Recall]) -> Recall:
    some = list(found)
    return Recall(sum(one.of for one in some), sum(one.whole for one in some), sum(one.part for one in some))


def _row(name: str, one: Recall) -> tuple[str, ...]:
    low, high = wilson(one.whole, one.of)
    return name, str(one.of), str(one.whole), str(one.part), f"{one.whole / one.of:.3f}" if one.of else "", f"{low:.3f} to {high:.3f}"
