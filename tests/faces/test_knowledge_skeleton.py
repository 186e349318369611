"""A new file begins with every field that it needs, for every kind there is."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from agent.faces.knowledge_skeleton import skeleton
from agent.knowledge_index import KINDS, Kind
from tools.clinical.knowledge import decode


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_skeleton_is_a_file_of_its_kind(kind: Kind) -> None:
    raw = tomllib.loads(skeleton(kind, "new-file", date(2026, 11, 20)))
    document = decode(raw, kind.document)
    assert (document.id, document.status, document.confidence) == ("new-file", "draft", "unsure")
