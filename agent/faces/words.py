"""Words for the screen: safe text, units as people write them, names of actions and states.

Every string of a plan passes `safe` before it is shown: the record is written by others and may hold terminal escapes,
right-to-left overrides or line breaks that forge a heading.
"""

from __future__ import annotations

import re
import unicodedata

from tools.clinical.answer import IssueCode
from tools.clinical.appraised import ReviewTopic
from tools.clinical.plan import Action, CoverageStatus, Plan, Status

ACTION_WORDS: dict[Action, str] = {
    "start": "START",
    "stop": "STOP",
    "change": "CHANGE",
    "continue": "CONTINUE",
    "hold": "HOLD",
    "order": "ORDER",
    "monitor": "MONITOR",
    "refer": "REFER",
    "vaccinate": "VACCINATE",
    "counsel": "ADVISE",
    "follow-up": "FOLLOW UP",
}
"""What is to be done, in capitals: the first word of every item."""

COVERAGE_WORDS: dict[CoverageStatus, str] = {
    "addressed": "addressed",
    "deferred": "deferred",
    "refused": "refused",
    "not-covered": "not covered",
}

ISSUE_WORDS: dict[IssueCode, str] = {
    "DRG": "interaction",
    "DUPTHPY": "duplicate therapy",
    "ALGY": "allergy",
    "COND": "disease",
    "AGE": "age",
    "PREG": "pregnancy",
    "LACT": "breast feeding",
    "DOSE": "dose",
    "LAB": "laboratory",
    "GEN": "genetics",
    "DATA": "record",
    "PROC": "procedure",
    "OMIT": "omission",
}

TOPIC_WORDS: dict[ReviewTopic, str] = {
    "omission": "missing",
    "adherence": "supply",
    "cascade": "cascade",
    "deprescribe": "still needed?",
    "indication": "what for?",
    "load": "load",
    "simplify": "simpler",
    "cost": "cost",
}

_BANNERS: dict[Status, str] = {
    "awaiting-review": "DRAFT, NOT AN ORDER: it waits for a clinician's review and signature.",
    "approved": "SIGNED. Every item was approved by a clinician.",
    "partly-approved": "PARTLY SIGNED. Only the items that were approved hold.",
    "rejected": "REJECTED. Nothing of this plan holds.",
    "no-plan": "NO PLAN. The reason stands below; a clinician decides.",
    "expired": "EXPIRED. The record or the plan has changed since; plan again.",
}

_ROUTES = {
    "review": "",
    "second-signature": "Needs a second signature.",
    "escalate": "Escalated: needs a senior clinician now.",
    "abstain": "No plan was drafted for this patient.",
}
_URGENCIES = {"routine": "", "same-day": "Same day.", "emergency": "EMERGENCY."}

_UNITS = (
    ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
    ("{1.73_m2}", "1.73 m²"),
    ("mm[Hg]", "mmHg"),
    ("[IU]", "IU"),
    ("10*3/uL", "×10³/µL"),
    ("10*9/L", "×10⁹/L"),
    ("10*12/L", "×10¹²/L"),
    ("kg/m2", "kg/m²"),
    (" m2", " m²"),
    ("[lb_av]", "lb"),
    ("[degF]", "°F"),
)
_ANNOTATION = re.compile(r"\{([a-z]+)\}")
_TAG = re.compile(r" \((?:disorder|finding|situation|procedure|regime/therapy|substance|product)\)")
_CODED = re.compile(r"[{\[(*]|m2|/min")
"""Without one of these there is no unit or tag to rewrite."""
_PER_MINUTE = re.compile(r"(?<=\d) /min\b")
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])?")
_FOLDS = str.maketrans(
    {"≥": ">=", "≤": "<=", "–": "-", "—": "-", "·": "|", "×": "x", "→": "->", "µ": "u", "μ": "u", "²": "2", "³": "3", "⁹": "^9", "°": " deg ",
     "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "•": "*", "✓": "+", "─": "-", "━": "=", "│": "|", "±": "+/-", "¹": "1", "\u00a0": " "}
)  # fmt: skip

_SPELLINGS = {
    "bp": "BP", "egfr": "eGFR", "uacr": "UACR", "hba1c": "HbA1c", "ldl": "LDL", "hdl": "HDL", "lvef": "LVEF", "qtc": "QTc", "bmi": "BMI", "inr": "INR",
    "crcl": "CrCl", "tsh": "TSH", "alt": "ALT", "ast": "AST", "bnp": "BNP", "nt": "NT", "probnp": "proBNP", "phq": "PHQ", "c": "C", "fev1": "FEV1",
    "ckd": "CKD", "epi": "EPI", "cha2ds2": "CHA2DS2", "vasc": "VASc", "ascvd": "ASCVD",
}  # fmt: skip
_JOINED = ("LDL-C", "HDL-C", "NT-proBNP", "CKD-EPI", "CHA2DS2-VASc", "PHQ-9")


def safe(text: str) -> str:
    """One line of printable text: no escapes, no control characters, no direction overrides."""
    if text.isprintable():  # no control or format character, no escape: nothing to take out
        return " ".join(text.split())
    text = _ESCAPE.sub("", text)
    kept = (" " if character in "\t\r\n\v\f\u2028\u2029" else character for character in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).split())


def readable(text: str) -> str:
    """Safe text with UCUM units as clinicians write them (`mm[Hg]` → `mmHg`) and without SNOMED CT's tags (`… (disorder)`)."""
    shown = safe(text)
    if not _CODED.search(shown):
        return shown
    shown = _TAG.sub("", shown)
    for code, words in _UNITS:
        shown = shown.replace(code, words)
    return _PER_MINUTE.sub("/min", _ANNOTATION.sub(r"\1", shown))


def sentence(text: str) -> str:
    """Readable text as a sentence: with a capital, unless the word has one inside (`eGFR`), and with a full stop."""
    shown = readable(text)
    first = shown.partition(" ")[0]
    if first.islower() and first[:1].isalpha():
        shown = shown[:1].upper() + shown[1:]
    return shown if not shown or shown.endswith((".", "?", "!", ":")) else f"{shown}."


def name_words(name: str) -> str:
    """A kebab-case name as words: `systolic-bp` → `systolic BP`, `ldl-c` → `LDL-C`."""
    words = " ".join(_SPELLINGS.get(word, word) for word in safe(name).split("-"))
    for joined in _JOINED:
        words = words.replace(joined.replace("-", " "), joined)
    return words


def ascii_only(text: str) -> str:
    """The nearest ASCII, for terminals that cannot show more; what has no likeness becomes `?`."""
    folded = unicodedata.normalize("NFKD", text.translate(_FOLDS))
    return "".join(c for c in folded if not unicodedata.combining(c)).encode("ascii", "replace").decode("ascii")


def banner(plan: Plan) -> str:
    """What this paper is and is not."""
    return _BANNERS[plan.status]


def disposition_words(plan: Plan) -> str:
    """Where the plan goes next, how soon and why, in words; empty for a routine review without a reason."""
    where = " ".join(word for word in (_URGENCIES[plan.disposition.urgency], _ROUTES[plan.disposition.route]) if word)
    reasons = "; ".join(readable(reason) for reason in plan.disposition.reasons)
    return f"{where} Why: {reasons.rstrip('.')}." if where and reasons else where or reasons
