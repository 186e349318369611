"""All formulas by the name that knowledge files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from tools.calculators import formulas_blood, formulas_body, formulas_heart


def _public(*modules: ModuleType) -> Mapping[str, Callable[..., float]]:
    found: dict[str, Callable[..., float]] = {}
    for module in modules:
        members: dict[str, Any] = vars(module)
        found |= {
            name: member
            for name, member in members.items()
            if callable(member) and not name.startswith("_") and member.__module__ == module.__name__
        }
    return found


FORMULAS: Mapping[str, Callable[..., float]] = _public(formulas_body, formulas_blood, formulas_heart)
