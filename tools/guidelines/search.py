"""Finding recommendations by words: full-text search, a reviewed map of phrases, and filters.

The index is built in memory at first use (SQLite FTS5); the map turns what people write (brands, abbreviations, lay words)
into the words of the modules. A query is a number of ideas (a phrase of the map, or a word): a recommendation counts for each idea
that it speaks of, so that one idea alone, however rare its words, does not outweigh the others.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Citation, KnowledgeRef, Outcome
from tools.clinical.clause import Clause
from tools.clinical.conditions import Truth
from tools.clinical.facts import Facts
from tools.clinical.knowledge import Document, load
from tools.guidelines.engine import concerns
from tools.guidelines.model import Recommendation
from tools.guidelines.modules import Rule, modules
from tools.guidelines.pregnancy import with_known_pregnancy

PHRASES = Path(__file__).parent / "phrases"
_WORD = re.compile(r"[a-z0-9]+")
Names = Callable[[str], Sequence[str]]
_SHORT = 4
"""Words of fewer letters are not guessed at."""
_NEAR = 0.8
"""How alike a misspelt word and the one that is meant must be (difflib), 1 being the same."""
Applies = Literal["applies", "does-not-apply", "cannot-be-told", "not-asked"]


class Phrase(Struct, frozen=True, forbid_unknown_fields=True):
    """What people write, and the words of the modules that it stands for."""

    says: tuple[str, ...]
    means: str


class PhraseCase(Struct, frozen=True, forbid_unknown_fields=True):
    """A query, and the words that are searched for."""

    says: str
    words: tuple[str, ...]


class PhraseMap(Document, frozen=True, kw_only=True):
    """A file of phrases; `silent` words are left out of every query."""

    phrase: tuple[Phrase, ...] = ()
    silent: tuple[str, ...] = ()
    case: tuple[PhraseCase, ...] = ()

    def case_failures(self) -> list[str]:
        """Queries that are not understood as written."""
        said = [(case, understood(case.says)) for case in self.case]
        return [f"{case.says!r}: {words}, expected {case.words}" for case, words in said if words != case.words]


class Found(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A recommendation that was found.

    Attributes:
        says: what it says to do, in words.
        because: why.
        applies: whether it holds for the patient whose facts were given.
        missing: what would tell, where that cannot be told.
    """

    id: str
    module: str
    says: str
    because: str
    citation: Citation
    applies: Applies = "not-asked"
    missing: tuple[str, ...] = ()


class SearchAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a search gives; `reason` says why nothing could be looked up."""

    outcome: Outcome
    found: tuple[Found, ...] = ()
    knowledge: tuple[KnowledgeRef, ...] = ()
    reason: str = ""


def search_guidelines(
    query: str | None = None,
    conditions: Sequence[str] = (),
    facts: Facts | None = None,
    limit: int = 5,
    version: str | None = None,
    names: Names = lambda _: (),
) -> SearchAnswer:
    """Recommendations that answer a question, best first.

    Args:
        query: words as a clinician types them; brands, abbreviations and lay words are understood.
        conditions: names of conditions or modules; only their modules are searched.
        facts: a patient; recommendations for another population (age) are left out, and each one says whether it applies.
        limit: how many at most.
        version: only knowledge of this version.
        names: the words of the terminology for a word that the map does not know: a generic name for a brand, a problem for its short form.

    Returns:
        `not_checked` when there is neither a query nor a condition that a module covers.
    """
    wanted = _modules_for(conditions, facts)
    if conditions and not wanted:
        return SearchAnswer(outcome="not_checked", reason=f"no module covers {', '.join(conditions)}; covered: {', '.join(modules())}")
    ideas = ideas_of(query or "")
    if not ideas and not conditions:
        return SearchAnswer(outcome="not_checked", reason="give a query, or the name of a condition that a module covers")
    rules = _ranked(ideas, names) if ideas else tuple(_index().rules)
    chosen = [rule for rule in rules if (not wanted or rule.module in wanted) and (version is None or rule.file.version == version)]
    known = None if facts is None else with_known_pregnancy(facts)
    found = tuple(_found(rule, known) for rule in chosen[:limit])
    used = tuple(dict.fromkeys(rule.file for rule in chosen[:limit]))
    return SearchAnswer(outcome="found" if found else "nothing_found", found=found, knowledge=used)


def understood(query: str) -> tuple[str, ...]:
    """The words that are searched for: those of the query, with phrases replaced by what they mean."""
    return tuple(dict.fromkeys(word for idea in ideas_of(query) for word in idea))


def ideas_of(query: str) -> tuple[tuple[str, ...], ...]:
    """The ideas of a query, each with the words that stand for it: a phrase by what it means, any other word by itself."""
    text = " ".join(_WORD.findall(query.lower()))
    phrases, silent = _phrases()
    ideas: list[tuple[str, ...]] = []
    rest = f" {text} "
    for says, means in phrases:
        if f" {says} " in rest:
            rest = rest.replace(f" {says} ", " | ")
            ideas.append(means)
    ideas += [(word,) for word in rest.split() if word != "|" and word not in silent and not word.isdigit()]
    return tuple(dict.fromkeys(ideas))


class _Index:
    """The rules and the table that finds them."""

    def __init__(self) -> None:
        self.rules = [rule for module in modules().values() for rule in module.rules]
        self.table = sqlite3.connect(":memory:", check_same_thread=False)
        self.table.execute("CREATE VIRTUAL TABLE rule USING fts5(about, says, because, given, tokenize = 'porter unicode61')")
        titles = {name: f"{module.title} {' '.join(module.kinds)}".replace("-", " ") for name, module in modules().items()}
        rows = [(n, titles[rule.module], *_texts(rule.recommendation)) for n, rule in enumerate(self.rules)]
        self.table.executemany("INSERT INTO rule(rowid, about, says, because, given) VALUES (?, ?, ?, ?, ?)", rows)
        self.table.execute("INSERT INTO rule(rule, rank) VALUES ('rank', 'bm25(2.0, 3.0, 2.0, 1.0)')")
        self.words = frozenset(_WORD.findall(" ".join(str(part) for row in rows for part in row[1:]).lower()))
        self._lock = Lock()

    def holds(self, match: str) -> bool:
        """Whether any rule matches."""
        with self._lock:
            return self.table.execute("SELECT 1 FROM rule WHERE rule MATCH ? LIMIT 1", (match,)).fetchone() is not None

    def found(self, match: str) -> list[tuple[int, float]]:
        """Numbers of rules and how well each fits, the best first. One thread at a time: a connection is not for several."""
        with self._lock:
            rows = self.table.execute("SELECT rowid, -rank FROM rule WHERE rule MATCH ? ORDER BY rank LIMIT 200", (match,))
            return [(int(number), float(fit)) for number, fit in rows]


@lru_cache(maxsize=1)
def _index() -> _Index:
    return _Index()


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[tuple[str, tuple[str, ...]], ...], frozenset[str]]:
    maps = load(PHRASES, PhraseMap)
    pairs = [
        (" ".join(_WORD.findall(says.lower())), tuple(_WORD.findall(p.means.lower()))) for m in maps for p in m.phrase for says in p.says
    ]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0]))), frozenset(word for m in maps for word in m.silent)


def _ranked(ideas: Sequence[tuple[str, ...]], names: Names) -> tuple[Rule, ...]:
    """The root of the best fit is what an idea weighs: rare words tell more, and not so much more that nothing else counts."""
    index, fits = _index(), defaultdict[int, float](float)
    for idea in ideas:
        found = index.found(_match(idea, names))
        best = found[0][1] if found else 0.0
        for number, fit in found if best > 0 else ():
            fits[number] += fit / best**0.5
    return tuple(index.rules[number] for number in sorted(fits, key=lambda number: (-fits[number], number))[:60])


def _match(idea: tuple[str, ...], names: Names) -> str:
    """An idea as the index is asked for it: any of its words; a word that it does not hold by what begins so, or is spelt nearly so."""
    if len(idea) > 1:
        return " OR ".join(f'"{word}"' for word in idea)
    (word,) = idea
    known = dict.fromkeys(part for name in names(word) for part in _WORD.findall(name.lower()))
    return " OR ".join((_nearest(word), *(f'"{part}"' for part in known if part != word)))


@lru_cache(maxsize=4096)
def _nearest(word: str) -> str:
    index = _index()
    if len(word) < _SHORT or index.holds(f'"{word}"'):
        return f'"{word}"'
    if index.holds(f'"{word}"*'):
        return f'"{word}"*'
    near = get_close_matches(word, index.words, 1, _NEAR)
    return f'"{near[0] if near else word}"'


def _texts(rule: Recommendation) -> tuple[str, str, str]:
    return (
        says(rule).replace("-", " "),
        f"{rule.because} {rule.grade}".replace("-", " "),
        " ".join(_names(rule.when)).replace("-", " "),
    )


def says(rule: Recommendation) -> str:
    """What a recommendation says to do, in words: `start lisinopril; order serum-potassium`."""
    parts = []
    for do in rule.do:
        to = f" to {', '.join(do.to)}" if do.to else ""
        extra = "".join(f" {word}" for word in (do.how, do.target, f"at most {do.most}" if do.most else "") if word)
        parts.append(f"{do.verb.replace('_', '-')} {', '.join(do.objects)}{to}{extra}")
    return "; ".join(parts)


def _names(clauses: Iterable[Clause]) -> list[str]:
    found: list[str] = []
    for clause in clauses:
        found += [
            name for name in (clause.has, clause.takes, clause.measured, clause.daily_dose, clause.phenotype, clause.allergic_to) if name
        ]
        found += ["pregnancy"] if clause.pregnancy in {"pregnant", "planning"} else []
        for parts in (clause.all_of, clause.any_of, clause.of):
            found += _names(parts or ())
    return found


def _modules_for(conditions: Sequence[str], facts: Facts | None) -> frozenset[str]:
    """Modules of these conditions; with facts and no condition, those that concern the patient."""
    wanted = {name.lower().replace(" ", "-") for name in conditions}
    named = {module.id for module in modules().values() if module.id in wanted or wanted.intersection(module.kinds)}
    if not conditions and facts is not None:
        named = {
            module.id
            for module in modules().values()
            if concerns(module, facts) and not (facts.age is not None and facts.age < module.youngest)
        }
    return frozenset(named)


_ANSWERS: dict[Truth, Applies] = {Truth.TRUE: "applies", Truth.FALSE: "does-not-apply", Truth.UNKNOWN: "cannot-be-told"}


def _found(rule: Rule, facts: Facts | None) -> Found:
    recommendation = rule.recommendation
    verdict = None if facts is None else rule.when.holds(facts)
    return Found(
        id=recommendation.id,
        module=rule.module,
        says=says(recommendation),
        because=recommendation.because,
        citation=rule.citation,
        applies=_ANSWERS[verdict.truth] if verdict else "not-asked",
        missing=verdict.missing if verdict else (),
    )
