"""From what a record says of a medicine, texts and codes, to its ingredients, classes, strength, form and route."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from tools.clinical.facts import Coding, Ingredient
from tools.clinical.knowledge import Confidence
from tools.clinical.quantity import Quantity
from tools.terminology.clinical_drug import DrugReader, ParsedDrug
from tools.terminology.lexicon import Lexicon
from tools.terminology.systems import RXNORM, system_of
from tools.terminology.text import name_key

Recognition = Literal["recognized", "partial", "not_recognized"]


@dataclass(frozen=True, slots=True)
class MedicationMatch:
    """A medicine as far as it was recognised.

    Attributes:
        kinds: ingredient names and every class that one of them belongs to.
        strength: of the whole, where there is one ingredient; else see `strengths`.
        outcome: `partial` when a component or word could not be read: screening is then incomplete.
        unresolved: what could not be read, as written.
        corrected: spelling corrections, as `written → read`.
        confidence: `sure` by code or exact name, `probable` by corrected spelling, `unsure` where code and display disagree.
        data_issue: how code and display contradict each other; the display is believed.
    """

    ingredients: tuple[Ingredient, ...] = ()
    kinds: frozenset[str] = frozenset()
    strength: Quantity | None = None
    strengths: tuple[tuple[str, Quantity], ...] = ()
    form: str | None = None
    route: str | None = None
    outcome: Recognition = "not_recognized"
    unresolved: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    confidence: Confidence = "unsure"
    data_issue: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """Ingredient names."""
        return frozenset(ingredient.name for ingredient in self.ingredients)


class MedicationReader:
    """Recognises medicines; answers are kept, since records repeat themselves."""

    def __init__(self, lexicon: Lexicon, reader: DrugReader) -> None:
        self._lexicon = lexicon
        self._reader = reader
        self._kept = lru_cache(maxsize=32768)(self._read)

    def read(self, text: str, codes: Sequence[Coding]) -> MedicationMatch:
        """The medicine that this text and these codes mean."""
        return self._kept(text, tuple(codes))

    def _read(self, text: str, codes: tuple[Coding, ...]) -> MedicationMatch:
        written = self._by_texts((*(coding.display for coding in codes), text))
        found = [match for coding in codes if (match := self._by_code(coding, written))]
        if not found:
            return written
        coded = max(found, key=lambda match: len(match.names))
        return coded if written.outcome == "not_recognized" else _agreed(written, coded)

    def _by_texts(self, texts: Iterable[str]) -> MedicationMatch:
        """The best read of several texts about one medicine; two that name different medicines are a data issue."""
        matches = [self._match(self._reader.read(text), text) for text in dict.fromkeys(filter(None, texts))]
        best = max(matches, key=_rank, default=MedicationMatch())
        other = next((match for match in matches if match.names and match.names.isdisjoint(best.names)), None)
        if other is None:
            return best
        return replace(best, confidence="unsure", data_issue=f"one text says {_listed(best)}, another {_listed(other)}")

    def _by_code(self, coding: Coding, written: MedicationMatch) -> MedicationMatch | None:
        system = system_of(coding)
        name = self._ingredient(coding.code, written) if system == RXNORM else None
        if name:
            return self._match(ParsedDrug(ingredients=[name]), name)
        drug = self._lexicon.coded.get((system, coding.code))
        return self._match(self._reader.read(drug), drug) if drug else None

    def _ingredient(self, code: str, written: MedicationMatch) -> str | None:
        unsure = self._lexicon.unsure_codes.get(code)
        return self._lexicon.codes.get(code) or (unsure if unsure in written.names else None)

    def _match(self, drug: ParsedDrug, text: str) -> MedicationMatch:
        names = drug.ingredients
        kinds = frozenset[str]().union(*(self._lexicon.kinds[name] for name in (*names, *drug.classes, *drug.salts)))
        strengths = tuple(drug.strengths.items())
        return MedicationMatch(
            ingredients=tuple(self._lexicon.ingredients[name] for name in names),
            kinds=kinds,
            strength=strengths[0][1] if len(names) == 1 and strengths else None,
            strengths=strengths,
            form=drug.form if kinds else None,
            route=drug.route if kinds else None,
            outcome="recognized" if drug.complete else "partial" if kinds else "not_recognized",
            unresolved=tuple(drug.unresolved) if kinds else ((text,) if name_key(text) else ()),
            corrected=tuple(f"{wrong} → {right}" for wrong, right in drug.corrected.items()),
            confidence=_confidence(drug),
        )


def _confidence(drug: ParsedDrug) -> Confidence:
    if not drug.complete:
        return "unsure"
    return "probable" if drug.corrected else "sure"


def _rank(match: MedicationMatch) -> int:
    return ("not_recognized", "partial", "recognized").index(match.outcome)


def _agreed(written: MedicationMatch, coded: MedicationMatch) -> MedicationMatch:
    """Text and code together: the fuller of the two where one holds the other, else the text and a data issue."""
    if written.names > coded.names:
        return written
    if written.names <= coded.names:
        return _merged(written, coded)
    contradiction = f"the code stands for {_listed(coded)}, the display says {_listed(written)}"
    return replace(written, confidence="unsure", data_issue=contradiction)


def _listed(match: MedicationMatch) -> str:
    return " + ".join(sorted(match.names))


def _merged(written: MedicationMatch, coded: MedicationMatch) -> MedicationMatch:
    """The code's reading, completed by what only the text tells."""
    fuller = written if written.names == coded.names and written.outcome == "recognized" else coded
    return replace(
        fuller,
        kinds=written.kinds | coded.kinds,
        strength=written.strength or coded.strength,
        strengths=written.strengths or coded.strengths,
        form=written.form or coded.form,
        route=written.route or coded.route,
        confidence="sure" if fuller.outcome == "recognized" else "unsure",
    )
