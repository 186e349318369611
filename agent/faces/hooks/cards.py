"""Issues as cards: what to show, from whom it comes, what may be done, and what may be answered."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from agent import wording
from agent.faces.hooks.markdown import escaped, shortened
from agent.faces.words import ISSUE_WORDS
from agent.fhir.systems import ACT_CODE
from policies.engine import load_policies, reasons_for
from tools.clinical.answer import Indicator, Issue, KnowledgeRef

Json = dict[str, Any]
SUMMARY = 139
"""Characters of a summary at most; CDS Hooks asks for fewer than 140."""
_LABEL = 80
REASONS = "urn:carewright:override-reasons"
"""The code system of the reasons; they are those of `policies/reasons.toml`."""
_OF_HL7 = {"DRG": "Drug Interaction Alert", "DUPTHPY": "Duplicate Therapy Alert", "ALGY": "Allergy Alert", "DOSE": "Dosage problem"}


@dataclass(frozen=True)
class Card:
    """A card, the rule behind it, and what makes it the same as another one."""

    json: Json
    rule: KnowledgeRef
    key: str

    @property
    def id(self) -> str:
        """Its uuid, under which feedback comes back."""
        return str(self.json["uuid"])


def issue_card(issue: Issue, names: Mapping[str, str], suggestions: Sequence[Json] = (), link: str = "") -> Card:
    """A card for one issue.

    Args:
        issue: what was found.
        names: reference → the medicine as the record writes it.
        suggestions: what may be done about it.
        link: where the worklist is, if a site says so.
    """
    who = " + ".join(names.get(r, r) for r in issue.medications) or " + ".join(issue.participants)
    card = {
        **_head(shortened(f"{shortened(who, 70)}: {issue.consequence}", SUMMARY), issue.indicator, _source(issue)),
        "detail": _detail(issue, who),
        **({"suggestions": list(suggestions), "selectionBehavior": "at-most-one"} if suggestions else {}),
        **({"overrideReasons": list(override_reasons())} if issue.interruptive else {}),
        **({"links": [worklist_link(link)]} if link else {}),
    }
    return Card(card, issue.rule, _key(issue))


def note_card(summary: str, lines: Sequence[str], name: str, *, indicator: Indicator = "info", link: str = "") -> Card:
    """A card that says something of the program's own: what could not be looked at, or what a plan would change."""
    card = {
        **_head(shortened(summary, SUMMARY), indicator, {"label": "Carewright"}),
        "detail": "\n".join(f"* {escaped(line)}" for line in lines),
        **({"links": [worklist_link(link)]} if link else {}),
    }
    return Card(card, KnowledgeRef(f"carewright:{name}", "1"), _digest(name, *lines))


def suggestion(label: str, actions: Sequence[Json], *, recommended: bool = False) -> Json:
    """Something that may be done with one click; a person still signs the order."""
    extra = {"isRecommended": True} if recommended else {}
    return {"label": shortened(label, _LABEL), "uuid": str(uuid.uuid4()), **extra, "actions": list(actions)}


def worklist_link(url: str) -> Json:
    """The way to the worklist."""
    return {"label": "Open the worklist", "url": url, "type": "absolute"}


@lru_cache(maxsize=1)
def override_reasons() -> tuple[Json, ...]:
    """The reasons that the policies accept for an override."""
    texts = {code: reason.text for code, reason in load_policies().reasons.items()}
    return tuple({"code": code, "system": REASONS, "display": texts.get(code, code)} for code in reasons_for("override"))


def _head(summary: str, indicator: Indicator, source: Json) -> Json:
    return {"uuid": str(uuid.uuid4()), "summary": summary, "indicator": indicator, "source": source}


def _source(issue: Issue) -> Json:
    said = issue.evidence[0] if issue.evidence else None
    label = f"{said.title}, {said.publisher} {said.year or ''}" if said else f"Carewright, {issue.rule.id}"
    topic = {"system": ACT_CODE, "code": issue.code, "display": _OF_HL7[issue.code]} if issue.code in _OF_HL7 else None
    return {
        "label": shortened(label, 120),
        "topic": topic or {"system": "urn:carewright:issues", "code": issue.code, "display": ISSUE_WORDS[issue.code]},
    }


def _detail(issue: Issue, who: str) -> str:
    said = [
        ("", f"{who}: {issue.consequence}"),
        ("What to do", issue.action),
        ("Why", issue.mechanism),
        ("Instead", ", ".join(issue.alternatives)),
        ("Would change with", ", ".join(issue.missing)),
        ("In the record", ", ".join(issue.facts)),
        ("Severity", f"{issue.severity} ({ISSUE_WORDS[issue.code]})"),
        ("Rule", f"{issue.rule.id} {issue.rule.version}"),
    ]
    lines = [f"**{head}:** {escaped(text)}" if head else escaped(text) for head, text in said if text]
    return "\n\n".join([*lines, *(f"* {escaped(wording.source(citation))}" for citation in issue.evidence)])


def _key(issue: Issue) -> str:
    """The same rule about the same medicines with the same weight is the same alert."""
    return _digest(issue.rule.id, issue.rule.version, issue.severity, str(issue.interruptive), *sorted(issue.participants))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
