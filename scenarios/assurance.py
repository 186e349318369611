"""The model card and the safety case: written from data and from the figures of the report, and checked to name only what exists."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from scenarios.tables import markdown
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document, read_all

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).parent / "documents"


class Promise(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One promise with its argument and its evidence.

    Attributes:
        tests: `tests/…/test_x.py` or `tests/…/test_x.py::test_name`.
        probes: names of probes of `carewright conformance`. commands: of `carewright`.
        figure: where the figure stands in figures.json, with dots; `figure_says` is what it is.
        report: a page of docs/report. open: what this does not show.
    """

    claim: str
    because: str
    open: str
    tests: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    figure: str = ""
    figure_says: str = ""
    report: str = ""


class SafetyCase(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every promise."""

    promise: tuple[Promise, ...]


class CardSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A section of the model card: its fields, in order; `{figure}` stands for a figure of the report."""

    name: str
    field: dict[str, str]


class ModelCard(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The model card."""

    section: tuple[CardSection, ...]


@lru_cache(maxsize=1)
def safety_case() -> SafetyCase:
    """The safety case. Raises KnowledgeError where the file is at fault."""
    return read_all([FOLDER / "safety-case.toml"], SafetyCase)[0]


@lru_cache(maxsize=1)
def model_card() -> ModelCard:
    """The model card. Raises KnowledgeError where the file is at fault."""
    return read_all([FOLDER / "model-card.toml"], ModelCard)[0]


def write_documents(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write `model-card.md` and `safety-case.md`.

    Args:
        figures: those of `scenarios.release.write_release`.

    Raises:
        KnowledgeError: a figure that is quoted is not among them.
    """
    (folder / "model-card.md").write_text(card_text(figures), "utf-8")
    (folder / "safety-case.md").write_text(case_text(figures), "utf-8")


def card_text(figures: Mapping[str, Any]) -> str:
    """The model card as Markdown."""
    quoted = {name: "; ".join(value) if isinstance(value, list) else value for name, value in figures.items()}
    quoted["knowledge"] = str(figures["knowledge"])[:19]
    card = model_card()
    parts = [f"# {card.title}", f"{card.interpretation} Written by `./dev report` from `scenarios/documents/model-card.toml`; do not edit."]
    tables = [(section.name, [(name, _filled(text, quoted)) for name, text in section.field.items()]) for section in card.section]
    parts += [markdown(name, (("field", ""), fields)) for name, fields in tables]
    return "\n\n".join(parts) + "\n"


def _filled(text: str, figures: Mapping[str, Any]) -> str:
    try:
        return text.format_map(figures)
    except (KeyError, IndexError) as error:
        raise KnowledgeError(f"model-card.toml quotes {error}, which is no figure of the report") from None


def case_text(figures: Mapping[str, Any]) -> str:
    """The safety case as Markdown."""
    case = safety_case()
    parts = [
        f"# {case.title}",
        f"{case.interpretation.strip()} Written by `./dev report` from `scenarios/documents/safety-case.toml`; do not edit.",
    ]
    for number, promise in enumerate(case.promise, start=1):
        lines = [*_evidence(promise, figures), f"- Not shown: {promise.open}"]
        parts += [f"## {number}. {promise.claim}", promise.because, "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _evidence(promise: Promise, figures: Mapping[str, Any]) -> Iterator[str]:
    if promise.figure:
        yield f"- Figure: {promise.figure_says}: {figure(promise.figure, figures)}"
    yield from (f"- Test: `{name}`" for name in promise.tests)
    yield from (f"- Probe of `carewright conformance`: {name}" for name in promise.probes)
    yield from (f"- Command: `carewright {name}`" for name in promise.commands)
    if promise.report:
        yield f"- Page: [report/{promise.report}](report/{promise.report})"


def figure(name: str, figures: Mapping[str, Any]) -> str:
    """A figure by its place, with dots.

    Raises:
        KnowledgeError: there is none.
    """
    found: Any = figures
    for step in name.split("."):
        if not isinstance(found, Mapping) or step not in found:
            raise KnowledgeError(f"safety-case.toml quotes {name!r}, which is no figure of the report")
        found = found[step]
    return "; ".join(found) if isinstance(found, list) else str(found)


def absent_tests(promise: Promise, root: Path = ROOT) -> list[str]:
    """Tests that a promise names and that are not there."""
    return [name for name in promise.tests if not _exists(name, root)]


def _exists(name: str, root: Path) -> bool:
    path, _, function = name.partition("::")
    file = root / path
    return file.is_file() and (not function or function in _tests_of(file))


@lru_cache(maxsize=128)
def _tests_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
