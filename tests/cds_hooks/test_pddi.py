"""The 21 requests of HL7 PDDI-CDS lead to the outcome that their use cases state, over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pddi import request_of

ASSESS, BENEFIT, NOTHING = "assess risk", "benefit must outweigh risk", "no special precautions"
OUTCOMES = {
    "request-warfarin-nsaid-scenario-01": ("warfarin", "diclofenac", NOTHING),
    "request-warfarin-nsaid-scenario-02": ("warfarin", "ibuprofen", ASSESS),
    "request-warfarin-nsaid-scenario-03": ("warfarin", "ibuprofen", BENEFIT),
    "request-warfarin-nsaid-scenario-04": ("warfarin", "ibuprofen", BENEFIT),
    "request-warfarin-nsaid-scenario-05": ("warfarin", "ibuprofen", BENEFIT),
    "warfarin-nsaids-order-select-no-coordination": ("warfarin", "ketorolac", BENEFIT),
    "warfarin-nsaids-order-sign-no-coordination": ("warfarin", "ketorolac", BENEFIT),
    "warfarin-nsaids-order-select-coordination": ("warfarin", "ketorolac", BENEFIT),
    "warfarin-nsaids-order-sign-coordination": ("warfarin", "ketorolac", BENEFIT),
    "multi-update-draft-orders-1": ("warfarin", "ketorolac", BENEFIT),
    "multi-update-draft-orders-3": ("warfarin", "ketorolac", BENEFIT),
    "request-digoxin-cyclosporine-scenario-01": ("digoxin", "cyclosporine", BENEFIT),
    "request-digoxin-cyclosporine-scenario-02": ("digoxin", "cyclosporine", BENEFIT),
    "request-digoxin-cyclosporine-scenario-03": ("digoxin", "cyclosporine", BENEFIT),
    "request-digoxin-cyclosporine-scenario-04": ("digoxin", "cyclosporine", BENEFIT),
    "digoxin-cyclosporine-order-select-no-coordination": ("digoxin", "cyclosporine", ASSESS),
    "digoxin-cyclosporine-order-sign-no-coordination": ("digoxin", "cyclosporine", ASSESS),
    "digoxin-cyclosporine-order-select-coordination": ("digoxin", "cyclosporine", ASSESS),
    "digoxin-cyclosporine-order-sign-coordination": ("digoxin", "cyclosporine", ASSESS),
    "multi-update-draft-orders-2": ("digoxin", "cyclosporine", ASSESS),
    "multi-update-draft-orders-4": ("digoxin", "cyclosporine", ASSESS),
}


@pytest.fixture
def requests(shared_data: Path) -> Path:
    return shared_data / "ddi/hl7-pddi-cds/input/images/requests"


def outcome(cards: list[dict[str, Any]], pair: tuple[str, str]) -> str:
    """Of the cards about both medicines: one that asks for a reason wants the benefit, one that is only shown an assessment."""
    about = [card for card in cards if all(name in card["summary"].lower() for name in pair)]
    if not about:
        return NOTHING
    return BENEFIT if any("overrideReasons" in card for card in about) else ASSESS


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_request_leads_to_the_outcome_of_its_use_case(name: str, requests: Path, ehr: Any) -> None:
    call, ehr.day = request_of(requests / f"{name}.json")
    *pair, wanted = OUTCOMES[name]
    assert outcome(ehr.cards(call), tuple(pair)) == wanted


def test_there_are_no_other_requests(requests: Path) -> None:
    assert {path.stem for path in requests.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize("pair", [("warfarin-nsaids", ("warfarin", "ketorolac")), ("digoxin-cyclosporine", ("digoxin", "cyclosporine"))])
@pytest.mark.parametrize(("kind", "again"), [("coordination", False), ("no-coordination", True)])
def test_with_coordination_signing_does_not_repeat_what_selecting_showed(
    pair: tuple[str, tuple[str, str]], kind: str, again: bool, requests: Path, ehr: Any
) -> None:
    name, medicines = pair
    select, ehr.day = request_of(requests / f"{name}-order-select-{kind}.json")
    sign, _ = request_of(requests / f"{name}-order-sign-{kind}.json")
    sign["context"]["userId"] = select["context"]["userId"]
    first = outcome(ehr.cards(select), medicines)
    assert outcome(ehr.cards(sign), medicines) == (first if again else NOTHING)
