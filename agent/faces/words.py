"""Words for the screen: names of actions and states, sentences, and the nearest ASCII."""

from __future__ import annotations

import unicodedata

from agent.safe_text import readable, safe
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

_FOLDS = str.maketrans(
    {"≥": ">=", "≤": "<=", "–": "-", "—": "-", "·": "|", "×": "x", "→": "->", "µ": "u", "μ": "u", "²": "2", "³": "3", "⁹": "^9", "°": " deg ",
     "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "•": "*", "✓": "+", "─": "-", "━": "=", "│": "|", "±": "+/-", "¹": "1", "\u00a0": " "}
)  # fmt: skip

_SPELLINGS = {
    "bp": "BP", "egfr": "eGFR", "uacr": "UACR", "hba1c": "HbA1c", "ldl": "LDL", "hdl": "HDL", "lvef": "LVEF", "qtc": "QTc", "bmi": "BMI", "inr": "INR",
    "crcl": "CrCl", "tsh": "TSH", "alt": "ALT", "ast": "AST", "bnp": "BNP", "nt": "NT", "probnp": "proBNP", "phq": "PHQ", "c": "C", "fev1": "FEV1",
    "ckd": "CKD", "epi": "EPI", "cha2ds2": "CHA2DS2", "vasc": "VASc", "ascvd": "ASCVD",
    "act": "ACT", "saba": "SABA", "12mo": "in 12 months",
}  # fmt: skip
_JOINED = ("LDL-C", "HDL-C", "NT-proBNP", "CKD-EPI", "CHA2DS2-VASc", "PHQ-9")


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


def target_words(target: str) -> str:
    """A goal's target as it is read: `130 mm[Hg]` → `130 mmHg`; a score or a count needs no unit."""
    return readable(target).removesuffix(" score").removesuffix(" count")


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
