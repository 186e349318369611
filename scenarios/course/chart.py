"""The record of a simulated course: a bundle that values, events and decisions are written into, and read from again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from agent.case import Case
from agent.errors import RecordError
from scenarios import builders
from tools.clinical.facts import Facts, MedicationUse


class Chart:
    """One patient's bundle, and what it says at a date."""

    def __init__(self, data: bytes) -> None:
        """Args: data: a bundle. Raises RecordError where it has no patient."""
        self._bundle: dict[str, Any] = orjson.loads(data)
        self._added = 0
        entries = self._bundle.get("entry", []) if isinstance(self._bundle, dict) else []
        patients = [r for entry in entries if (r := entry.get("resource", {})).get("resourceType") == "Patient"]
        if not patients:
            raise RecordError("the bundle has no patient")
        self._patient = f"Patient/{patients[0].get('id', '')}"

    def data(self) -> bytes:
        """The bundle as it is now."""
        return orjson.dumps(self._bundle)

    def facts(self, day: date) -> Facts:
        """What the record says at a date, computed values among it."""
        return Case(self.data(), day).facts

    def measured(self, observable: str, value: str, day: date) -> None:
        """A value of that day; `value` is a quantity such as `"8.1 %"`."""
        self._add(builders.observation(observable, value, day))

    def allergic(self, to: str, reaction: str, day: date) -> None:
        """A reaction to an ingredient."""
        self._add(builders.allergy(to, reaction, recordedDate=day.isoformat()))

    def happened(self, problem: str, day: date) -> None:
        """A condition that began that day."""
        self._add(builders.condition(problem, onset=day))

    def ordered(self, text: str, dose: str | None, per: str | None, day: date) -> None:
        """A medicine begun that day."""
        self._add(builders.medication(text, dose=dose, per=per, ordered=day))

    def ended(self, use: MedicationUse | None, status: str) -> None:
        """All orders of a medicine are ended: `stopped`, `completed` or `on-hold`."""
        for order in self._orders(use):
            order["status"] = status

    def renewed(self, use: MedicationUse | None, day: date) -> None:
        """The order of a medicine is written again."""
        for order in self._orders(use):
            order["authoredOn"] = day.isoformat()

    def _orders(self, use: MedicationUse | None) -> Iterator[dict[str, Any]]:
        wanted = {use.reference, *use.also} if use else set()
        for entry in self._bundle["entry"]:
            resource = entry.get("resource", {})
            if resource.get("resourceType") == "MedicationRequest" and f"MedicationRequest/{resource.get('id')}" in wanted:
                yield resource

    def _add(self, resource: builders.Json) -> None:
        self._added += 1
        subject = "patient" if resource["resourceType"] == "AllergyIntolerance" else "subject"
        resource = {**resource, "id": f"course-{self._added}", subject: {"reference": self._patient}}
        self._bundle["entry"].append({"resource": resource})


def days_between(first: date, visits: int, interval: int) -> list[date]:
    """The days of the visits."""
    return [first + timedelta(days=interval * number) for number in range(visits)]
