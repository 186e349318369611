"""Small files of rules and small patients, showing only what matters."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tools.clinical.answer import Issue
from tools.clinical.facts import Currency, Facts, Ingredient, Measurement, MedicationUse, Problem, Regimen
from tools.clinical.knowledge import decode
from tools.clinical.quantity import Quantity
from tools.interactions.discipline import shipped_discipline
from tools.interactions.index import Index, build
from tools.interactions.model import InteractionFile
from tools.interactions.screening import screen

AS_OF = date(2026, 6, 30)


def rule(first: str, second: str, severity: str = "major", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{first}-with-{second}",
        "between": [first, second],
        "level": "class-class",
        "severity": severity,
        "mechanism": "mechanism",
        "consequence": f"harm of {first} with {second}",
        "action": "act",
        "sources": ["book"],
        **more,
    }


def combination(name: str, severity: str = "major", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "severity": severity,
        "mechanism": "sum",
        "consequence": f"harm of {name}",
        "action": "act",
        "sources": ["book"],
        **more,
    }


def file_of(*rules: dict[str, Any], combinations: tuple[dict[str, Any], ...] = ()) -> InteractionFile:
    return decode(
        {
            "id": "small",
            "title": "small",
            "version": "1.2.3",
            "status": "active",
            "effective_from": date(2026, 1, 1),
            "last_reviewed": date(2026, 1, 1),
            "source": [{"id": "book", "title": "Book", "publisher": "House", "year": 2020}],
            "rule": list(rules),
            "combination": list(combinations),
        },
        InteractionFile,
    )


def index_of(*rules: dict[str, Any], combinations: tuple[dict[str, Any], ...] = ()) -> Index:
    return build([file_of(*rules, combinations=combinations)], shipped_discipline())


def use(
    name: str, *classes: str, currency: Currency = "current", days: int | None = None, daily: str | None = None, route: str | None = None
) -> MedicationUse:
    return MedicationUse(
        f"MedicationRequest/{name}",
        name,
        (Ingredient(name),),
        frozenset({name, *classes}),
        currency=currency,
        started=None if days is None else AS_OF - timedelta(days=days),
        regimen=Regimen(daily=Quantity.parse(daily) if daily else None),
        route=route,
    )


def patient(*uses: MedicationUse, has: tuple[str, ...] = (), labs: dict[str, str] | None = None, old: int = 0) -> Facts:
    return Facts(
        AS_OF,
        medications=uses,
        problems=tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in has),
        measurements={
            name: (Measurement(name, Quantity.parse(text), AS_OF - timedelta(days=old), f"Observation/{name}"),)
            for name, text in (labs or {}).items()
        },
    )


def check(index: Index, *uses: MedicationUse, facts: Facts | None = None) -> tuple[Issue, ...]:
    return screen(index, uses, facts or patient(*uses)).issues


def said(*issues: Issue) -> list[tuple[str, str]]:
    return [(issue.rule.id, issue.severity) for issue in issues]
