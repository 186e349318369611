"""Reading knowledge files: TOML, strict, cited, dated, and quick after the first time.

A kind of knowledge is a subclass of `Document`. `load` reads every file of a folder as that kind; unknown keys, wrong types
and broken cross-references stop it with one error that names each file and each fault. What was read is kept as one compact
file in a cache folder (`CAREWRIGHT_CACHE`, else the user's cache folder), named by the digest of schema and sources, so that
a change of either makes it anew; where the cache cannot be written, loading is slower and nothing else. The types of which there are
thousands (clauses, examples) say `gc=False`: they hold no cycles, and the cyclic collector need not look at them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from tools.clinical.collector import uncollected
from tools.clinical.errors import KnowledgeError

Confidence = Literal["sure", "probable", "unsure"]


class Source(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a fact can be found again."""

    id: str
    title: str
    publisher: str
    year: int
    locator: str = ""
    url: str = ""


class Document(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The head of every knowledge file; `id` is the file's name without its ending."""

    id: str
    title: str
    version: str
    status: Literal["draft", "active", "retired"]
    effective_from: date
    last_reviewed: date
    jurisdiction: str = "US"
    effective_until: date | None = None
    license: str = "CC-BY-4.0"
    interpretation: str = ""
    confidence: Confidence = "probable"
    source: tuple[Source, ...] = ()

    def faults(self) -> list[str]:
        """What is wrong beyond types: unknown sources, clauses that do not compile. Extended by each kind."""
        return []

    def case_failures(self) -> list[str]:
        """The file's own examples that do not come out as expected, a sentence each. Extended by each kind."""
        return []


D = TypeVar("D", bound=Document)


def load(folder: Path, kind: type[D]) -> tuple[D, ...]:
    """Every active document of a folder, in order of `id`.

    Raises:
        KnowledgeError: a file is malformed; the message lists every fault of every file.
    """
    with _ONE_AT_A_TIME, uncollected():
        return _load(folder, kind)


_ONE_AT_A_TIME = RLock()
"""msgspec learns a type at its first use, and two threads that are first at once end the process."""


@lru_cache(maxsize=64)
def _load(folder: Path, kind: type[D]) -> tuple[D, ...]:
    paths = sorted(folder.glob("*.toml"))
    cache = _cache_path(paths, kind)
    documents = _from_cache(cache, kind) if cache else None
    if documents is None:
        documents = read_all(paths, kind)
        if cache:
            _to_cache(cache, documents)
    return tuple(document for document in documents if document.status == "active")


def read_all(paths: list[Path], kind: type[D]) -> list[D]:
    """Read and check files without the cache.

    Raises:
        KnowledgeError: lists every fault of every file.
    """
    documents: list[D] = []
    faults: list[str] = []
    for path in paths:
        try:
            document = decode(tomllib.loads(path.read_text("utf-8")), kind)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, KnowledgeError) as error:
            faults.append(f"{path.name}: {error}")
            continue
        if document.id != path.stem:
            faults.append(f"{path.name}: id {document.id!r} is not the file's name")
        faults += [f"{path.name}: {fault}" for fault in document.faults()]
        documents.append(document)
    if faults:
        raise KnowledgeError("\n".join(faults))
    return documents


def decode(raw: dict[str, Any], kind: type[D]) -> D:
    """One document from parsed TOML; every entry of an array of tables is tried, so that all faults come at once.

    Raises:
        KnowledgeError: names each faulty entry.
    """
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as first:
        faults = [str(first)]
        for name, value in raw.items():
            if isinstance(value, list):
                faults += _entry_faults(raw, kind, name, value)
        raise KnowledgeError("; ".join(dict.fromkeys(faults))) from None


def _entry_faults(raw: dict[str, Any], kind: type[D], name: str, entries: list[Any]) -> list[str]:
    faults = []
    for position, entry in enumerate(entries):
        try:
            msgspec.convert({**raw, name: [entry]}, kind)
        except msgspec.ValidationError as error:
            text = str(error)
            if f"$.{name}[" in text:
                label = entry.get("id") or entry.get("name") if isinstance(entry, dict) else None
                faults.append(f"{name} {label or position}: {text.replace(f'$.{name}[0]', f'$.{name}[{position}]')}")
    return faults


def knowledge_digest(documents: tuple[Document, ...]) -> str:
    """A SHA-256 over the content of documents, for the plan's list of what was used."""
    return hashlib.sha256(msgspec.msgpack.encode(documents, order="deterministic")).hexdigest()


def _cache_path(paths: list[Path], kind: type[Document]) -> Path | None:
    root = os.environ.get("CAREWRIGHT_CACHE")
    folder = Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carewright"
    stamp = hashlib.sha256(repr([(str(p), (s := p.stat()).st_mtime_ns, s.st_size) for p in paths]).encode())
    stamp.update(_schema_of(kind))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    where = hashlib.sha256(str(paths[0].parent if paths else "").encode()).hexdigest()[:8]
    return folder / f"{kind.__name__}-{where}-{stamp.hexdigest()[:32]}.msgpack"


def _schema_of(kind: type[Document]) -> bytes:
    module = __import__(kind.__module__, fromlist=["__file__"]).__file__
    stat = os.stat(module) if module else None
    return repr((kind.__qualname__, msgspec.__version__, stat and (stat.st_mtime_ns, stat.st_size))).encode()


def _from_cache(path: Path, kind: type[D]) -> list[D] | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=list[kind])  # type: ignore[valid-type]
    except (OSError, msgspec.MsgspecError):
        return None


def _to_cache(path: Path, documents: list[D]) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(msgspec.msgpack.encode(documents))
        os.replace(file.name, path)
        for old in path.parent.glob(f"{path.name.rsplit('-', 1)[0]}-*.msgpack"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        return
