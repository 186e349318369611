"""Measures the interaction knowledge against public lists, and its speed. Prints figures; tests assert the counts.

    python benchmarks/interactions.py DATA

DATA is the folder of third-party data that holds `ddi/` (see the tests' `CAREWRIGHT_SHARED`). Ratios are what to compare between
machines; times depend on the machine and on what else it does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scenarios.known_pairs import NOBODY, ndfrt_critical, onc_high, onc_low, use_of
from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, Measurement, MedicationUse
from tools.clinical.quantity import Quantity
from tools.interactions import check_regimen, documents, knowledge_refs
from tools.terminology import terminology

WHY_NOT = Path(__file__).with_name("interactions-not-found.csv")


PDDI_OUTCOMES = {
    "request-warfarin-nsaid-scenario-01": ("warfarin", "diclofenac", "no special precautions"),
    "request-warfarin-nsaid-scenario-02": ("warfarin", "ibuprofen", "assess risk"),
    "request-warfarin-nsaid-scenario-03": ("warfarin", "ibuprofen", "benefit must outweigh risk"),
    "request-warfarin-nsaid-scenario-04": ("warfarin", "ibuprofen", "benefit must outweigh risk"),
    "request-warfarin-nsaid-scenario-05": ("warfarin", "ibuprofen", "benefit must outweigh risk"),
    "warfarin-nsaids-order-select-no-coordination": ("warfarin", "ketorolac", "benefit must outweigh risk"),
    "warfarin-nsaids-order-sign-no-coordination": ("warfarin", "ketorolac", "benefit must outweigh risk"),
    "warfarin-nsaids-order-select-coordination": ("warfarin", "ketorolac", "benefit must outweigh risk"),
    "warfarin-nsaids-order-sign-coordination": ("warfarin", "ketorolac", "benefit must outweigh risk"),
    "multi-update-draft-orders-1": ("warfarin", "ketorolac", "benefit must outweigh risk"),
    "multi-update-draft-orders-3": ("warfarin", "ketorolac", "benefit must outweigh risk"),
    "request-digoxin-cyclosporine-scenario-01": ("digoxin", "cyclosporine", "benefit must outweigh risk"),
    "request-digoxin-cyclosporine-scenario-02": ("digoxin", "cyclosporine", "benefit must outweigh risk"),
    "request-digoxin-cyclosporine-scenario-03": ("digoxin", "cyclosporine", "benefit must outweigh risk"),
    "request-digoxin-cyclosporine-scenario-04": ("digoxin", "cyclosporine", "benefit must outweigh risk"),
    "digoxin-cyclosporine-order-select-no-coordination": ("digoxin", "cyclosporine", "assess risk"),
    "digoxin-cyclosporine-order-sign-no-coordination": ("digoxin", "cyclosporine", "assess risk"),
    "digoxin-cyclosporine-order-select-coordination": ("digoxin", "cyclosporine", "assess risk"),
    "digoxin-cyclosporine-order-sign-coordination": ("digoxin", "cyclosporine", "assess risk"),
    "multi-update-draft-orders-2": ("digoxin", "cyclosporine", "assess risk"),
    "multi-update-draft-orders-4": ("digoxin", "cyclosporine", "assess risk"),
}
"""Each request with its pair and the branch of the decision trees in `use-cases.md` that its facts lead to: a topical NSAID; a proton
pump inhibitor beside the NSAID; an ulcer, age, glucocorticoid or aldosterone antagonist without one; a digoxin level below 0.9 ng/mL of the last 30 days or none."""


def pddi_outcomes(ddi: Path) -> dict[str, str]:
    """What each HL7 PDDI-CDS request leads to here, in the words of the use cases."""
    found = {}
    for path in sorted((ddi / "hl7-pddi-cds/input/images/requests").glob("*.json")):
        resources = list(resources_of(json.loads(path.read_text("utf-8"))))
        uses = {use.reference: use for use in map(medicine_of, resources) if use}
        facts = facts_of_request(resources)
        first, second, _ = PDDI_OUTCOMES[path.stem]
        issues = [i for i in check_regimen(list(uses.values()), facts).issues if {first, second} == set(i.participants)]
        found[path.stem] = outcome_of(issues)
    return found


def outcome_of(issues: list[Issue]) -> str:
    """The use cases' three outcomes; an interruption asks for the benefit, an issue that is only shown for an assessment."""
    if not issues:
        return "nothing said"
    if any(issue.interruptive for issue in issues):
        return "benefit must outweigh risk"
    return "no special precautions" if all(issue.suppressed for issue in issues) else "assess risk"


def resources_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every resource of a hook request, wherever it lies."""
    if isinstance(node, dict):
        if node.get("resourceType", "Bundle") != "Bundle":
            yield node
        for value in node.values():
            yield from resources_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from resources_of(value)


def medicine_of(resource: dict[str, Any]) -> MedicationUse | None:
    """The medicine of a request, dispense, administration or statement."""
    concept = resource.get("medicationCodeableConcept")
    if not concept:
        return None
    text = concept["coding"][0]["display"]
    use = use_of(text, f"{resource['resourceType']}/{resource.get('id', text)}")
    return replace(use, currency="proposed" if resource.get("status") == "draft" else "current") if use else None


def facts_of_request(resources: list[dict[str, Any]]) -> Facts:
    """The patient, with the digoxin level; the day is that of the newest entry, as the requests are from 2020."""
    days = [date.fromisoformat(r[key][:10]) for r in resources for key in ("authoredOn", "effectiveDateTime") if key in r]
    born = next((date.fromisoformat(r["birthDate"]) for r in resources if r["resourceType"] == "Patient"), None)
    levels = [
        r
        for r in resources
        if r["resourceType"] == "Observation" and r["code"]["coding"][0]["code"] == "10535-3" and "effectiveDateTime" in r
    ]
    measured = tuple(
        Measurement(
            "digoxin-level",
            Quantity.parse(f"{r['valueQuantity']['value']} {r['valueQuantity']['unit']}"),
            date.fromisoformat(r["effectiveDateTime"][:10]),
            f"Observation/{r['id']}",
        )
        for r in levels
    )
    return Facts(max(days, default=date(2020, 4, 1)), birth_date=born, measurements={"digoxin-level": measured})


def common_regimen(size: int) -> list[MedicationUse]:
    """So many medicines of the knowledge's own, each once, in alphabetical order of their ingredient."""
    found: dict[str, MedicationUse] = {}
    for file in documents():
        for rule in file.rule:
            for side in rule.between:
                for name in terminology().members(side) or (side,):
                    if name not in found and (use := use_of(name, f"MedicationRequest/{name}")):
                        found[name] = use
    return [found[name] for name in sorted(found)][:: max(1, len(found) // size)][:size]


def taking(uses: Sequence[MedicationUse]) -> Facts:
    """A patient of whom only the medicines are known."""
    return replace(NOBODY, medications=tuple(uses))


def seconds(action: Callable[[], object], times: int) -> float:
    """The best of five means."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            action()
        best = min(best, (time.perf_counter() - start) / times)
    return best


def speed() -> Iterator[tuple[str, float, str]]:
    """What is measured, the figure, its unit. The first line is the baseline: a thousand look-ups in a dictionary."""
    table = {str(number): number for number in range(1000)}
    yield "baseline (1,000 look-ups)", seconds(lambda: [table[name] for name in table], 100) * 1e6, "µs"
    fifteen, hundred = taking(common_regimen(15)), taking(common_regimen(100))
    pairs = [taking(pair) for pair in list(combinations(hundred.medications, 2))[::17]]
    yield "15 medicines", seconds(lambda: check_regimen(fifteen.medications, fifteen), 50) * 1e3, "ms"
    yield "100 medicines", seconds(lambda: check_regimen(hundred.medications, hundred), 5) * 1e3, "ms"
    yield "one pair", seconds(lambda: [check_regimen(pair.medications, pair) for pair in pairs], 1) / len(pairs) * 1e6, "µs"


def main(data: Path) -> None:
    """Print every figure."""
    ddi = data / "ddi"
    start = time.perf_counter()
    rules = len(knowledge_refs()) - 1
    print(f"rules                     {rules} in {len(documents())} files, loaded in {(time.perf_counter() - start) * 1e3:.0f} ms")
    for name, result in (
        ("ONC high-priority flagged", onc_high(ddi)),
        ("ONC low-priority silent  ", onc_low(ddi)),
        ("NDF-RT Critical found    ", ndfrt_critical(ddi)),
    ):
        print(f"{name} {result.met}/{result.pairs} = {result.share:.1%}; names not recognised: {len(result.unrecognised)}")
        for pair in sorted(set(result.unmet)):
            print("   not:", " + ".join(pair))
    outcomes = pddi_outcomes(ddi)
    right = sum(outcomes[name] == expected for name, (_, _, expected) in PDDI_OUTCOMES.items())
    print(f"HL7 PDDI-CDS requests     {right}/{len(PDDI_OUTCOMES)} with the outcome of their use case")
    for name, outcome in outcomes.items():
        if outcome != PDDI_OUTCOMES[name][2]:
            print(f"   not: {name}: {outcome}, expected {PDDI_OUTCOMES[name][2]}")
    figures = list(speed())
    for what, figure, unit in figures:
        ratio = figure * (1e3 if unit == "ms" else 1) / figures[0][1]
        print(f"{what:25} {figure:.2f} {unit} = {ratio:.2f} baselines")


if __name__ == "__main__":
    shared = Path(os.environ.get("CAREWRIGHT_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else shared
    if data.is_dir():
        main(data)
    else:
        print("The reference lists are not here: give the folder that holds ddi/, or set CAREWRIGHT_SHARED.")
