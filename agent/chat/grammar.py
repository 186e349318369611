"""What can be said: slash commands, and the same in plain words. What is not understood is answered with what can be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMMANDS: dict[str, str] = {
    "/plan": "the whole plan",
    "/why i3": "why a line stands there: facts, evidence, dose rule, options not chosen",
    "/what-if egfr=25": "the plan if a fact were another (age=80 · pregnant · +ibuprofen 400 MG · -metformin · has gout · no gout · allergic penicillin)",
    "/compare i3": "the options of a line side by side",
    "/questions": "what must be answered before signing",
    "/issues": "what the safety checks found, also what was kept out of sight and why",
    "/medicines": "every current medicine and what the plan does about it",
    "/value potassium": "a measurement's latest values with their dates",
    "/check ibuprofen": "what speaks against a medicine for this patient",
    "/dose apixaban": "the dose of a medicine for this patient",
    "/timeline": "who does what when",
    "/evidence i3": "the sources of a line, or of the plan",
    "/ledger": "the ledger against omissions",
    "/export html FILE": "write the plan: text, json, fhir or html",
    "/review": "put the plan on the worklist, to be approved line by line with `carewright review`",
    "/help": "this list",
    "/quit": "leave",
}


@dataclass(frozen=True)
class Intent:
    """What was asked: the name of a command and its argument."""

    name: str
    argument: str = ""


_PHRASES: tuple[tuple[str, str], ...] = (
    (r"^(?:why|explain|justify)\b.*?\b(i\d+)\b", "why"),
    (r"^why (?:do you |should we |did you )?(?:start|stop|hold|change|order|continue|give|propose)?\s*(.+)", "why"),
    (r"^what(?: would (?:happen|change))?,? if (.+)", "what-if"),
    (r"^(?:suppose|assume) (.+)", "what-if"),
    (r"^(?:can|may|could|should) (?:i|we|she|he|they|the patient) (?:give|take|have|use|start|add|get)\s+(.+)", "check"),
    (r"^is (.+?) (?:safe|ok|okay|allowed|contraindicated)\b", "check"),
    (r"^(?:what(?:'s| is) the )?(?:right |correct )?dos(?:e|age|ing) (?:of|for) (.+)", "dose"),
    (r"^how much (.+)", "dose"),
    (
        r"^(?:what(?:'s| is| was) (?:the |her |his |their )?(?:latest |last |current )?|latest |last |show (?:me )?(?:the )?)(.+?)(?: level| value| result| trend)?$",
        "value",
    ),
    (r"^(?:any|what|which|show)?\b.*\bquestions\b", "questions"),
    (r"^(?:what|which|show).*\b(?:interactions?|issues?|alerts?|warnings?)\b", "issues"),
    (r"^(?:what|which|show|list).*\b(?:medicines?|medications?|drugs?|meds)\b", "medicines"),
    (r"^(?:when|timeline|who does what|calendar|follow.?up)", "timeline"),
    (r"^(?:what|which|show).*\b(?:sources?|evidence|guidelines?)\b", "evidence"),
    (r"^(?:show |print )?(?:me )?(?:the )?plan\b", "plan"),
    (r"^(?:help|what can (?:i|you))", "help"),
    (r"^(?:quit|exit|bye)\b", "quit"),
)


def understand(line: str) -> Intent | None:
    """The intent behind a line; `None` where none is recognised."""
    text = line.strip()
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        known = {command.split()[0][1:] for command in COMMANDS}
        return Intent(name.casefold(), argument.strip()) if name.casefold() in known else None
    bare = re.sub(r"[?!.]+$", "", text.casefold()).strip()
    order = sorted(_PHRASES, key=lambda phrase: phrase[1] == "value")
    for pattern, name in order:
        if found := re.match(pattern, bare):
            return Intent(name, found.group(1).strip() if found.groups() else "")
    return None
