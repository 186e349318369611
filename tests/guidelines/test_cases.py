"""Every example inside the knowledge files."""

from __future__ import annotations

import pytest
from msgspec import structs

from tools.clinical.clause import Clause
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import load
from tools.guidelines.cases import clause_cases, failures
from tools.guidelines.model import GuidelineFile, expanded
from tools.guidelines.modules import files, told_apart
from tools.guidelines.search import PHRASES, PhraseMap

FILES = files()


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_every_example_of_a_file_comes_out_as_written(file: GuidelineFile) -> None:
    assert failures(file) == []


def test_every_phrase_case_is_understood_as_written() -> None:
    assert [failure for document in load(PHRASES, PhraseMap) for failure in document.case_failures()] == []


def test_every_recommendation_with_a_condition_has_an_example() -> None:
    bare = [name for file in FILES for name, when, cases in clause_cases(file) if when and not cases]
    assert bare == []


def test_a_definition_that_names_itself_means_the_problem_of_that_name() -> None:
    meant = {"heart-block": (Clause(any_of=(Clause(has="heart-block"), Clause(has="sick-sinus-syndrome"))),)}
    said = expanded(Clause(has="heart-block"), meant)
    assert said == Clause(all_of=(Clause(any_of=(Clause(has="heart-block"), Clause(has="sick-sinus-syndrome"))),))


def test_definitions_that_need_each_other_are_refused() -> None:
    meant = {"one": (Clause(has="other"),), "other": (Clause(has="one"),)}
    with pytest.raises(KnowledgeError, match="needs itself"):
        expanded(Clause(has="one"), meant)


def test_a_recommendation_whose_id_stands_in_another_file_is_refused() -> None:
    one = next(file for file in FILES if file.recommendation)
    other = structs.replace(one, id="another-file")
    with pytest.raises(KnowledgeError, match=f"another-file: the recommendation .* stands in {one.id} already"):
        told_apart((one, other))
