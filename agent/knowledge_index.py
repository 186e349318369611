"""Every knowledge file of the project, whichever tool keeps it: which kinds there are, where they lie, what ids they hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import msgspec

from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document, Source, knowledge_digest, load, read_all

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Kind:
    """A kind of knowledge file.

    Args:
        name: as `knowledge new KIND` takes it, and the stem of its JSON Schema.
        folder: where its files lie, from the root of the project.
        model: `module:class` of its Document, or `module:table/key` where a tool lists its own; imported when first needed.
    """

    name: str
    folder: str
    model: str

    @property
    def document(self) -> type[Document]:
        """The Document subclass."""
        module, _, path = self.model.partition(":")
        name, _, key = path.partition("/")
        found = getattr(import_module(module), name)
        document: type[Document] = found[key] if key else found
        return document

    @property
    def paths(self) -> list[Path]:
        """Its files, in order of id."""
        return sorted((ROOT / self.folder).glob("*.toml"))


KINDS: tuple[Kind, ...] = (
    Kind("ingredients", "tools/terminology/ingredients", "tools.terminology:FOLDERS/ingredients"),
    Kind("products", "tools/terminology/products", "tools.terminology:FOLDERS/products"),
    Kind("classes", "tools/terminology/classes", "tools.terminology:FOLDERS/classes"),
    Kind("problems", "tools/terminology/problems", "tools.terminology:FOLDERS/problems"),
    Kind("observables", "tools/terminology/observables", "tools.terminology:FOLDERS/observables"),
    Kind("allergens", "tools/terminology/allergens", "tools.terminology:FOLDERS/allergens"),
    Kind("events", "tools/terminology/events", "tools.terminology:FOLDERS/events"),
    Kind("words", "tools/terminology/words", "tools.terminology:FOLDERS/words"),
    Kind("interactions", "tools/interactions/data", "tools.interactions.model:InteractionFile"),
    Kind("alert-discipline", "tools/interactions/discipline", "tools.interactions.discipline:Discipline"),
    Kind("contraindications", "tools/contraindications/data", "tools.contraindications.model:ContraindicationFile"),
    Kind("doses", "tools/dosing/doses", "tools.dosing.model:DoseFile"),
    Kind("dose-engines", "tools/dosing/engines", "tools.dosing.parameters:ParameterFile"),
    Kind("plausible-values", "tools/dosing/plausible", "tools.dosing.plausibility:PlausibleFile"),
    Kind("calculators", "tools/calculators/knowledge", "tools.calculators.model:CalculatorFile"),
    Kind("trends", "tools/calculators/trends", "tools.calculators.trends:TrendFile"),
    Kind("genes", "tools/pharmacogenomics/genes", "tools.pharmacogenomics.model:GeneFile"),
    Kind("pharmacogenomics", "tools/pharmacogenomics/drugs", "tools.pharmacogenomics.model:DrugFile"),
    Kind("guidelines", "tools/guidelines/modules", "tools.guidelines.model:GuidelineFile"),
    Kind("guidelines-shared", "tools/guidelines/shared", "tools.guidelines.shared:Shared"),
    Kind("guideline-phrases", "tools/guidelines/phrases", "tools.guidelines.search:PhraseMap"),
    Kind("aftercare", "tools/guidelines/aftercare", "tools.guidelines.aftercare:AftercareFile"),
    Kind("tradeoffs", "tools/guidelines/tradeoffs", "tools.guidelines.tradeoffs:TradeoffFile"),
    Kind("suspicions", "tools/appraisal/suspicions", "tools.appraisal.model:SuspicionFile"),
    Kind("review-points", "tools/appraisal/review", "tools.appraisal.model:PointFile"),
    Kind("value-courses", "tools/appraisal/courses", "tools.appraisal.series:CourseFile"),
    Kind("record-doubts", "tools/appraisal/doubts", "tools.appraisal.doubts:DoubtFile"),
    Kind("refill-gaps", "tools/appraisal/gaps", "tools.appraisal.supply:GapFile"),
    Kind("medicine-tables", "tools/appraisal/tables", "tools.appraisal.medicines:TableFile"),
    Kind("local-routes", "tools/appraisal/routes", "tools.appraisal.routes:RouteFile"),
    Kind("patient-phrases", "tools/patient_words/phrases", "tools.patient_words.model:PhraseFile"),
    Kind("patient-medicines", "tools/patient_words/medicines", "tools.patient_words.model:MedicineFile"),
    Kind("patient-topics", "tools/patient_words/topics", "tools.patient_words.model:TopicFile"),
    Kind("patient-page", "tools/patient_words/page", "tools.patient_words.model:PageFile"),
    Kind("policies", "policies", "policies.model:Policy"),
)


@dataclass(frozen=True)
class Held:
    """One document with its place."""

    kind: Kind
    document: Document

    @property
    def path(self) -> str:
        """From the root of the project."""
        return f"{self.kind.folder}/{self.document.id}.toml"


def held() -> Iterator[Held]:
    """Every active document of every kind. Raises KnowledgeError."""
    for kind in KINDS:
        for document in load(ROOT / kind.folder, kind.document):
            yield Held(kind, document)


def knows(name: str, version: str) -> bool:
    """Whether the knowledge base holds a document, rule or recommendation of this id in this version."""
    return version in _versions().get(name, ()) or (name, version) == _interactions_as_a_whole()


@lru_cache(maxsize=1)
def digest() -> str:
    """`sha256:…` over every active document of every kind: what a batch or a report was made with."""
    return "sha256:" + knowledge_digest(tuple(entry.document for entry in held()))


def _interactions_as_a_whole() -> tuple[str, str]:
    """Interactions are also cited as one, under the digest of their content, where no rule speaks."""
    ref = import_module("tools.interactions").knowledge_refs()[0]
    return ref.id, ref.version


def versions(name: str) -> tuple[str, ...]:
    """The versions that are held of this id; empty where the id is not known."""
    return _versions().get(name, ())


@lru_cache(maxsize=1)
def _versions() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in held():
        version = entry.document.version
        for name in ids(entry.document):
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), version)))
    return found


def ids(document: Document) -> tuple[str, ...]:
    """The id of a document, then those of the rules in it."""
    return tuple(dict.fromkeys((document.id, *_rule_ids(document))))


def _rule_ids(document: Document) -> Iterator[str]:
    for field in document.__struct_fields__:
        entries = getattr(document, field)
        if isinstance(entries, tuple) and entries and hasattr(entries[0], "id") and not isinstance(entries[0], Source):
            yield from (entry.id for entry in entries)


@dataclass(frozen=True)
class Checked:
    """What `knowledge check` found."""

    files: int
    cases: int
    faults: tuple[str, ...]


def check(kinds: Iterable[Kind] = KINDS) -> Checked:
    """Read every file anew, without the cache, and run its own cases."""
    files = cases = 0
    faults: list[str] = []
    for kind in kinds:
        for path in kind.paths:
            files += 1
            try:
                (document,) = read_all([path], kind.document)
            except KnowledgeError as error:
                faults += [f"{kind.folder}/{line}" for line in str(error).splitlines()]
                continue
            cases += len(getattr(document, "case", ()))
            faults += [f"{kind.folder}/{path.name}: {failure}" for failure in document.case_failures()]
    return Checked(files, cases, tuple(faults + _strays()))


def _strays() -> list[str]:
    """Knowledge files that no kind reads: a rule that nobody applies is worse than none."""
    known = {path for kind in KINDS for path in kind.paths}
    found = sorted(path for room in ("tools", "policies") for path in (ROOT / room).rglob("*.toml") if path not in known)
    return [f"{path.relative_to(ROOT)}: no kind of knowledge reads this file" for path in found]


def find(name: str) -> tuple[tuple[Held, str], ...]:
    """The documents of this id, or that hold a rule of this id; each with the text of its file."""
    return tuple((entry, (ROOT / entry.path).read_text("utf-8")) for entry in held() if name in ids(entry.document))


def rule_text(name: str, text: str) -> str:
    """The part of a file that defines one id, as JSON; empty where the id is the file's own."""
    raw = tomllib.loads(text)
    if raw.get("id") == name:
        return ""
    found = next(_tables(raw, name), None)
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() if found is not None else ""


def _tables(node: object, name: str) -> Iterator[object]:
    if isinstance(node, dict):
        if node.get("id") == name:
            yield node
        for value in node.values():
            yield from _tables(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _tables(value, name)
