"""Every example inside the knowledge files."""

from __future__ import annotations

import pytest

from tools.clinical.knowledge import load
from tools.guidelines.cases import clause_cases, failures
from tools.guidelines.model import GuidelineFile
from tools.guidelines.modules import files
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
