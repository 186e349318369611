"""Which rule's alerts were shown, and what people did with them: counts for whoever keeps the rules, no patient, no person, no comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from agent.store.connection import Connection, Database

_TABLES = (
    "CREATE TABLE IF NOT EXISTS hook_card (id TEXT PRIMARY KEY, service TEXT NOT NULL, rule TEXT NOT NULL, version TEXT NOT NULL,"
    " indicator TEXT NOT NULL, at TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS hook_feedback (card TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, commented INTEGER NOT NULL,"
    " at TEXT NOT NULL, PRIMARY KEY (card, outcome, at))",
)

Said = Literal["accepted", "overridden"]


class ShownCard(Struct, frozen=True, kw_only=True):
    """A card that was shown; `at` is ISO 8601, UTC."""

    id: str
    service: str
    rule: str
    version: str
    indicator: str
    at: str


class Feedback(Struct, frozen=True, kw_only=True):
    """What somebody did with a card. `reason` is a code, empty where none was given; `commented` says that there was a comment."""

    card: str
    outcome: Said
    reason: str
    commented: bool
    at: str


class RuleCount(Struct, frozen=True, kw_only=True):
    """One rule's alerts: how often shown, accepted and overridden, and with which reasons."""

    rule: str
    shown: int
    accepted: int
    overridden: int
    commented: int
    reasons: Mapping[str, int]

    @property
    def override_rate(self) -> float | None:
        """Of those that somebody answered; `None` where nobody did."""
        answered = self.accepted + self.overridden
        return self.overridden / answered if answered else None


@dataclass
class FeedbackBook:
    """The book of one installation, in the same database as the plans."""

    database: Database

    def __post_init__(self) -> None:
        with self.database.writing() as db:
            for table in _TABLES:
                db.execute(table)

    def note_shown(self, cards: Iterable[ShownCard]) -> None:
        """Write down cards before they are shown."""
        rows = [(c.id, c.service, c.rule, c.version, c.indicator, c.at) for c in cards]
        if rows:
            with self.database.writing() as db:
                for row in rows:
                    db.execute("INSERT INTO hook_card (id, service, rule, version, indicator, at) VALUES (?,?,?,?,?,?)", row)

    def note_feedback(self, service: str, said: Sequence[Feedback]) -> int:
        """Write down what was said about cards of this service; sent twice, it counts once. Returns how many cards were known."""
        with self.database.writing() as db:
            known = [s for s in said if _is_known(db, service, s.card)]
            for s in known:
                db.execute(
                    "INSERT INTO hook_feedback (card, outcome, reason, commented, at) VALUES (?,?,?,?,?) ON CONFLICT (card, outcome, at) DO NOTHING",
                    (s.card, s.outcome, s.reason, int(s.commented), s.at),
                )
        return len(known)

    def counts(self) -> tuple[RuleCount, ...]:
        """By rule, those most often overridden first."""
        with self.database.reading() as db:
            shown = {row["rule"]: row["n"] for row in db.execute("SELECT rule, count(*) AS n FROM hook_card GROUP BY rule")}
            answers = db.execute(
                "SELECT c.rule AS rule, f.outcome AS outcome, f.reason AS reason, count(*) AS n, sum(f.commented) AS commented"
                " FROM hook_feedback f JOIN hook_card c ON c.id = f.card GROUP BY c.rule, f.outcome, f.reason"
            ).fetchall()
        found = [_count(rule, n, [a for a in answers if a["rule"] == rule]) for rule, n in shown.items()]
        return tuple(sorted(found, key=lambda c: (-c.overridden, -c.shown, c.rule)))


def _is_known(db: Connection, service: str, card: str) -> bool:
    return db.execute("SELECT 1 FROM hook_card WHERE id=? AND service=?", (card, service)).fetchone() is not None


def _count(rule: str, shown: int, answers: Sequence[Mapping[str, int | str]]) -> RuleCount:
    of = {outcome: sum(int(a["n"]) for a in answers if a["outcome"] == outcome) for outcome in ("accepted", "overridden")}
    reasons = {str(a["reason"]): int(a["n"]) for a in answers if a["outcome"] == "overridden" and a["reason"]}
    return RuleCount(
        rule=rule,
        shown=shown,
        accepted=of["accepted"],
        overridden=of["overridden"],
        commented=sum(int(a["commented"]) for a in answers),
        reasons=reasons,
    )
