"""All of the terminology behind one object: built once, asked often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Coding, Ingredient
from tools.clinical.knowledge import Document, load
from tools.terminology.clinical_drug import DrugReader
from tools.terminology.lexicon import Lexicon, build_lexicon
from tools.terminology.medications import MedicationMatch, MedicationReader
from tools.terminology.model import (
    HERE,
    AllergenFile,
    ClassFile,
    EventFile,
    IngredientFile,
    ObservableFile,
    ProblemFile,
    ProductFile,
    WordsFile,
)
from tools.terminology.observables import Observable, Observables
from tools.terminology.systems import CPT, CVX, ICD10CM, ICD10PCS, LOINC, RXNORM, SNOMED
from tools.terminology.text import name_key, without_tag
from tools.terminology.valuesets import Member, ValueSets

_SEVERAL = re.compile(r"[,;/&+]|\band\b", re.IGNORECASE)

FOLDERS: dict[str, type[Document]] = {
    "ingredients": IngredientFile,
    "products": ProductFile,
    "classes": ClassFile,
    "problems": ProblemFile,
    "observables": ObservableFile,
    "allergens": AllergenFile,
    "events": EventFile,
    "words": WordsFile,
}
"""Folder of knowledge → the kind of document that it holds."""


@dataclass(frozen=True, slots=True)
class AllergenMatch:
    """What an allergy is to: ingredient, class or allergen names. Not recognised: nothing can be screened against it."""

    kinds: frozenset[str]
    recognized: bool


class Terminology:
    """Names and codes to ingredients, problems, observables, allergens and events."""

    def __init__(self) -> None:
        lexicon_files = load(HERE / "ingredients", IngredientFile), load(HERE / "products", ProductFile), load(HERE / "classes", ClassFile)
        problem_files = load(HERE / "problems", ProblemFile)
        allergen_files = load(HERE / "allergens", AllergenFile)
        event_files = load(HERE / "events", EventFile)
        words = load(HERE / "words", WordsFile)
        self.knowledge = _references(*lexicon_files, words)
        self._lexicon: Lexicon = build_lexicon(*lexicon_files)
        self._routes = {entry.name: entry.routes for file in lexicon_files[2] for entry in file.class_ if entry.routes}
        self._medications = MedicationReader(self._lexicon, DrugReader(self._lexicon, words[0]))
        self._known = frozenset(name for file in problem_files for name in file.known)
        self._problems = ValueSets(
            (Member(e, {SNOMED: e.snomed, ICD10CM: e.icd10}) for file in problem_files for e in file.problem),
            by_prefix=frozenset({ICD10CM}),
        )
        allergens = [entry for file in allergen_files for entry in file.allergen]
        self._drug_allergens = {entry.name: entry.drugs for entry in allergens if entry.drugs}
        self._allergens = ValueSets(Member(e, {SNOMED: e.snomed, RXNORM: e.rxnorm}) for e in allergens)
        self._reactions = ValueSets(Member(e, {SNOMED: e.snomed}) for file in allergen_files for e in file.reaction)
        self._immunizations = ValueSets(Member(e, {CVX: e.cvx, SNOMED: e.snomed}) for file in event_files for e in file.immunization)
        self._vaccine_codes = {e.name: e.ordered_as for file in event_files for e in file.immunization if e.ordered_as}
        self._procedures = ValueSets(
            Member(e, {SNOMED: e.snomed, CPT: e.cpt, LOINC: e.loinc, ICD10PCS: e.icd10pcs}) for file in event_files for e in file.procedure
        )
        self._observables = Observables(e for file in load(HERE / "observables", ObservableFile) for e in file.observable)
        self._allergens_kept = lru_cache(maxsize=4096)(self._allergen)

    # medicines

    def medication(self, text: str = "", codes: Sequence[Coding] = ()) -> MedicationMatch:
        """The medicine that a text, codes or both mean.

        Args:
            text: a name, a brand, a clinical-drug string, or a line of free text about one medicine.
            codes: RxNorm, SNOMED CT or NDC, with their displays.
        """
        match = self._medications.read(text, codes)
        return replace(match, kinds=self.kinds_by(match.kinds, match.route)) if match.route else match

    def kinds_by(self, kinds: frozenset[str], route: str | None) -> frozenset[str]:
        """These kinds, less the classes that a medicine belongs to by other routes only; a route that is not known takes nothing away."""
        return kinds if route is None else frozenset(kind for kind in kinds if route in self._routes.get(kind, (route,)))

    def ingredient(self, name: str) -> Ingredient | None:
        """The ingredient of that exact name, synonym or brand; `None` for combinations and for what is not known."""
        names = self._lexicon.names.get(name_key(name), ())
        return self._lexicon.ingredients[names[0]] if len(names) == 1 else None

    def kinds_of(self, name: str) -> frozenset[str]:
        """The ingredient (or class) itself and every class above it; empty where the name is not known."""
        kinds = self._lexicon.kinds.get(name)
        if kinds is None and (ingredient := self.ingredient(name)):
            kinds = self._lexicon.kinds[ingredient.name]
        return kinds or frozenset()

    def members(self, class_name: str) -> tuple[str, ...]:
        """The ingredients of a class, in alphabetical order; empty where there is no such class."""
        return self._lexicon.members.get(class_name, ())

    def is_drug_kind(self, name: str) -> bool:
        """Whether this is the name of an ingredient or of a class of medicines."""
        return name in self._lexicon.kinds

    # problems

    def problem(self, codes: Sequence[Coding] = (), text: str = "") -> frozenset[str]:
        """Names of every problem value set that the codes (or, failing them, the text) belong to; empty where not known."""
        return self._problems.match(tuple(codes), text)

    def problem_code(self, name: str) -> Coding | None:
        """A code to write for a problem name."""
        return self._problems.first_code(name)

    def problem_title(self, name: str) -> str:
        """How the problem is called in a sentence."""
        return self._problems.titles.get(name, name.replace("-", " "))

    def problem_parents(self, name: str) -> frozenset[str]:
        """The name and everything that it is a kind of."""
        return self._problems.with_parents((name,))

    def canonical_problem(self, name: str) -> str | None:
        """The canonical name for a raw name or alias; `None` where it is not known."""
        return name if name in self._known or name in self._problems else self._problems.canonical(name.replace("_", " "))

    def is_problem(self, name: str) -> bool:
        """Whether rules may use this as a problem name: coded, asked for, or computed."""
        return name in self._known or name in self._problems

    # observables

    def observable(self, codes: Sequence[Coding]) -> Observable | None:
        """The observable that the first known code means."""
        return self._observables.by_codes(codes)

    def observable_named(self, name: str) -> Observable | None:
        """The observable of that name or alias."""
        return self._observables.named(name)

    def observable_names(self) -> frozenset[str]:
        """All canonical observable names."""
        return self._observables.names()

    def is_observable(self, name: str) -> bool:
        """Whether this is a canonical observable name."""
        return name in self._observables.names()

    # allergies, immunizations, procedures

    def allergen(self, codes: Sequence[Coding] = (), text: str = "") -> AllergenMatch:
        """What an allergy or intolerance is to; several codes name several substances."""
        return self._allergens_kept(tuple(codes), text)

    def _allergen(self, codes: tuple[Coding, ...], text: str) -> AllergenMatch:
        kinds: set[str] = set(self._allergens.match(codes, text))
        for name in tuple(kinds):
            drugs = self._drug_allergens.get(name, ())
            kinds = (kinds - {name} if drugs else kinds).union(*(self.kinds_of(drug) for drug in drugs))
        if not kinds:
            kinds = self._drug_kinds(codes, text)
        return AllergenMatch(frozenset(kinds), bool(kinds))

    def _drug_kinds(self, codes: Sequence[Coding], text: str) -> set[str]:
        kinds: set[str] = set()
        for coding in codes or (Coding("", "", ""),):
            match = self.medication(coding.display or text, (coding,) if coding.code else ())
            kinds |= match.kinds
        return kinds | self._class_kinds([*(coding.display for coding in codes), text])

    def _class_kinds(self, texts: Iterable[str]) -> set[str]:
        named = (self._lexicon.class_names.get(name_key(without_tag(text))) for text in texts if text)
        return {kind for name in named if name for kind in self.kinds_of(name)}

    def is_allergen(self, name: str) -> bool:
        """Whether this is the name of an allergen: a substance, an ingredient or a class."""
        return name in self._allergens or self.is_drug_kind(name)

    def reaction(self, codes: Sequence[Coding] = (), text: str = "") -> frozenset[str]:
        """Names of the reaction with its parents (`anaphylaxis`, `urticaria`, `rash`…); empty where not known."""
        told = self._reactions.match(tuple(codes), text)
        return told or frozenset(kind for part in _SEVERAL.split(text) for kind in self._reactions.match((), part.strip()))

    def is_reaction(self, name: str) -> bool:
        """Whether this is the name of a reaction."""
        return name in self._reactions

    def immunization(self, codes: Sequence[Coding] = (), text: str = "") -> frozenset[str]:
        """Names of the vaccine with its parents (`influenza-vaccine`, `live-vaccine`…); empty where not known."""
        return self._immunizations.match(tuple(codes), text)

    def vaccine_code(self, name: str) -> str | None:
        """The CVX code under which a vaccine of this name is asked for, whatever the product; `None` where none is known."""
        return self._vaccine_codes.get(name)

    def procedure(self, codes: Sequence[Coding] = (), text: str = "") -> frozenset[str]:
        """Names of the procedure with its parents; empty where not known."""
        return self._procedures.match(tuple(codes), text)


def _references(*groups: tuple[Document, ...]) -> dict[str, KnowledgeRef]:
    return {document.id: KnowledgeRef(document.id, document.version) for group in groups for document in group}


@lru_cache(maxsize=1)
def terminology() -> Terminology:
    """The terminology that ships, loaded once a process."""
    return Terminology()
