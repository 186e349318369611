"""Every file of the terminology: well formed, cited, its cases come out, its names lead somewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import Document, decode, load
from tools.terminology import FOLDERS, terminology
from tools.terminology.model import HERE, ClassFile, IngredientFile, ObservableFile, ProblemFile, ProductFile, WordsFile

FILES = [file for folder, kind in FOLDERS.items() for file in load(HERE / folder, kind)]


def ids(files: list[Document]) -> list[str]:
    return [file.id for file in files]


@pytest.mark.parametrize("file", FILES, ids=ids(FILES))
def test_the_cases_of_the_file_come_out_as_expected(file: Document) -> None:
    assert file.case_failures() == []


@pytest.mark.parametrize("file", FILES, ids=ids(FILES))
def test_the_file_is_cited_and_was_reviewed(file: Document) -> None:
    assert file.source
    assert file.last_reviewed <= datetime.now(UTC).date()


def test_at_least_1200_ingredients_are_named_each_once() -> None:
    names = [entry.name for file in load(HERE / "ingredients", IngredientFile) for entry in file.ingredient]
    assert len(names) == len(set(names))
    assert len(names) >= 1200


def test_no_rxnorm_code_stands_for_two_ingredients() -> None:
    codes = [entry.rxcui for file in load(HERE / "ingredients", IngredientFile) for entry in file.ingredient if entry.rxcui]
    assert len(codes) == len(set(codes))


def test_a_class_never_bears_the_name_of_an_ingredient() -> None:
    ingredients = {entry.name for file in load(HERE / "ingredients", IngredientFile) for entry in file.ingredient}
    classes = {entry.name for file in load(HERE / "classes", ClassFile) for entry in file.class_}
    assert ingredients.isdisjoint(classes)


def test_every_class_of_an_ingredient_is_defined_and_every_part_of_a_class_exists() -> None:
    known = terminology()
    entries = [entry for file in load(HERE / "ingredients", IngredientFile) for entry in file.ingredient]
    classes = {entry.name: entry for file in load(HERE / "classes", ClassFile) for entry in file.class_}
    assert {name for entry in entries for name in entry.classes} <= classes.keys()
    assert {part for entry in classes.values() for part in entry.of if not known.is_drug_kind(part)} == set()


def test_every_class_has_members() -> None:
    classes = [entry.name for file in load(HERE / "classes", ClassFile) for entry in file.class_]
    told_by_salt = {entry.kind for file in load(HERE / "words", WordsFile) for entry in file.salt}
    assert {name for name in classes if not terminology().members(name)} == told_by_salt


def test_every_part_of_a_combination_is_an_ingredient() -> None:
    parts = {part for file in load(HERE / "products", ProductFile) for product in file.product for part in product.of}
    assert {part for part in parts if terminology().ingredient(part) is None} == set()


def test_every_coded_product_is_read_completely() -> None:
    coded = [entry for file in load(HERE / "products", ProductFile) for entry in file.coded]
    assert [entry.code for entry in coded if terminology().medication(entry.drug).outcome != "recognized"] == []


def test_no_name_is_claimed_by_two_ingredients() -> None:
    from tools.terminology.text import name_key

    owners: dict[str, set[str]] = {}
    for file in load(HERE / "ingredients", IngredientFile):
        for entry in file.ingredient:
            for name in (entry.name, *entry.names):
                owners.setdefault(name_key(name), set()).add(entry.name)
    assert {name: owned for name, owned in owners.items() if len(owned) > 1} == {}


def test_every_parent_of_a_problem_is_a_problem() -> None:
    problems = [entry for file in load(HERE / "problems", ProblemFile) for entry in file.problem]
    names = {entry.name for entry in problems}
    assert {parent for entry in problems for parent in entry.is_a} <= names


def test_no_loinc_code_means_two_observables() -> None:
    codes = [code for file in load(HERE / "observables", ObservableFile) for entry in file.observable for code in entry.loinc]
    assert len(codes) == len(set(codes))


def test_limits_stand_in_order() -> None:
    entries = [entry for file in load(HERE / "observables", ObservableFile) for entry in file.observable]
    for entry in entries:
        limits = [limit for limit in (entry.low, entry.abnormal_low, entry.abnormal_high, entry.high) if limit is not None]
        assert limits == sorted(limits), entry.name


def test_a_limit_without_a_source_is_refused() -> None:
    head = {
        "id": "x",
        "title": "X",
        "version": "1.0.0",
        "status": "active",
        "effective_from": date(2026, 1, 1),
        "last_reviewed": date(2026, 1, 1),
    }
    bare = {"name": "a", "title": "A", "unit": "mg/dL", "kind": "laboratory", "abnormal_high": "5"}
    file = decode({**head, "observable": [bare]}, ObservableFile)
    assert file.faults() == ["a: an abnormal limit needs a source"]


def test_an_unknown_unit_is_refused() -> None:
    head = {
        "id": "x",
        "title": "X",
        "version": "1.0.0",
        "status": "active",
        "effective_from": date(2026, 1, 1),
        "last_reviewed": date(2026, 1, 1),
    }
    file = decode({**head, "observable": [{"name": "a", "title": "A", "unit": "spoon", "kind": "laboratory"}]}, ObservableFile)
    assert file.faults() == ["a: unit 'spoon' is not known; write it in UCUM, for example 'mg/dL'"]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="colour"):
        decode({"id": "x", "colour": "red"}, ProblemFile)
