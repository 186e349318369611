"""Answers held against the JSON Schema of CDS Hooks 2.0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

Json = dict[str, Any]
SCHEMA = json.loads((Path(__file__).parent / "cds-hooks-2.schema.json").read_text("utf-8"))


def conforms(answer: Json, what: str) -> Json:
    """The answer, if it is of that shape."""
    jsonschema.validate(answer, {"$ref": f"#/$defs/{what}", "$defs": SCHEMA["$defs"]})
    return answer
