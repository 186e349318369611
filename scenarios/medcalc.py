"""Rows of bedside calculators with known answers: MedCalc-Bench as it is published, or JSON lines with our names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from scenarios.public_rows import literal, public_rows

_FIELDS = frozenset({"calculator", "inputs", "corrected_lower", "corrected_upper"})
_NAMES = {
    "Calculator Name": "calculator",
    "Relevant Entities": "inputs",
    "Lower Limit": "corrected_lower",
    "Upper Limit": "corrected_upper",
    "Row Number": "id",
}
"""Columns of the published table."""


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file or folder; those whose limits are no numbers (dates, texts) are left out. Raises RecordError where there are none."""
    found = [{**row, "inputs": literal(row["inputs"])} for row in public_rows(path, _FIELDS, _NAMES)]
    return [
        row for row in found if isinstance(row["inputs"], dict) and all(_is_number(row[f"corrected_{end}"]) for end in ("lower", "upper"))
    ]


def _is_number(text: Any) -> bool:
    try:
        return Decimal(str(text)).is_finite()
    except ArithmeticError:
        return False
