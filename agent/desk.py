"""The desk between a drafted plan and a patient: plans wait here, people decide item by item, and only what they signed leaves.

    desk = Desk()
    name = desk.start(bundle, as_of)
    shown = desk.show(name)
    desk.decide(name, Reviewer("dr-1", "physician"), [Approve(item="rest")], shown.plan.digest)
    bundle = desk.release(name)

A decision is a row first and an effect after. Every call first takes on what a dead process left behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from agent.behind import Behind, behind, changed, stands
from agent.context import Context
from agent.deciding import Said, actor, take, void
from agent.errors import DecisionError, PlannerError, StoreError
from agent.freshness import knowledge_stamp, late, still_urgent
from agent.need import in_reading_order, looked_back_to
from agent.planning import drafter_named
from agent.release_delivery import Post, deliver, post, server_address
from agent.review import Decision, Outcome, Reviewer
from agent.shown import Audit, Decided, Shown, Waiting, shown, waiting
from agent.signing import Standing, may_release, overrides, standing
from agent.store.audit import Event, Line, append, content_hash, lines, moment
from agent.store.connection import Connection, Database
from agent.store.decisions import decisions, verdict, waiting_verdicts
from agent.store.erasing import was_erased
from agent.store.integrity import faults
from agent.store.lately import Lately
from agent.store.opening import open_database
from agent.store.outbox import delivered, undelivered
from agent.store.records import keep_record, record
from agent.store.runs import Runner
from agent.store.stakes import decided_since, stakes
from agent.store.worklist import UNFINISHED, DrafterName, Work, add_work, same_waiting, shown_plan, work, works
from tools.clinical.plan import Plan

_CONTEXTS = 4
"""So many are kept; each remembers the last records that it worked on."""
Clock = Callable[[], datetime]
MakeContext = Callable[[Work, Callable[[str], bytes]], Context]


class Desk:
    """The worklist of one state folder, or of the database that `CAREWRIGHT_DATABASE` names.

    Args:
        home: the folder; `CAREWRIGHT_HOME`, or the user's data folder, where `None`.
        clock: what time it is; only here, never in a judgement.
        context: what a run depends on, given how to read a record; the shipped drafters where `None`.
    """

    def __init__(self, home: str | Path | None = None, *, clock: Clock | None = None, context: MakeContext | None = None) -> None:
        self._database = open_database(home)
        self._clock = clock or (lambda: datetime.now(UTC))
        self._make_context = context or _context
        self._contexts: Lately[tuple[str, str | None], Context] = Lately(_CONTEXTS)

    def start(
        self, bundle: bytes, as_of: date, *, request: str | None = None, drafter: DrafterName = "rules", patient: str | None = None,
        by: Reviewer | None = None,
    ) -> str:  # fmt: skip
        """Draft a plan and put it on the worklist; the same record, date and request is one plan as long as it waits.

        Returns:
            The id under which it waits.

        Raises:
            RecordError: the bundle cannot be read.
            DraftError: no usable draft was made.
        """
        day = as_of.isoformat()
        with self._database.writing() as db:
            at, source = self._now(db), keep_record(db, bundle)
            name = same_waiting(db, source, day, patient, request, drafter, knowledge_stamp())
            if name is None or late(work(db, name), at):
                name = "w-" + secrets.token_hex(5)
                add_work(db, name, source, day, patient, request, drafter, at)
                append(db, at, actor(by), "started", name, source=source, as_of=day, drafter=drafter)
        self._runner.advance(name)
        return name

    def list(self, *, everything: bool = False) -> tuple[Waiting, ...]:
        """Plans that wait, and urgent statements without a plan (with `everything`: all), in the order of reading (`agent.need`)."""
        with self._database.reading() as db:
            found, now = works(db, () if everything else ("awaiting-review", "no-plan", *UNFINISHED)), self._now(db)
            at_stake, read = stakes(db), decided_since(db, looked_back_to(now))
        found = tuple(w for w in found if everything or w.status != "no-plan" or still_urgent(w, now))
        return tuple(waiting(w) for w in in_reading_order(found, at_stake, read, now))

    def show(self, name: str, reader: Reviewer | None = None) -> Shown:
        """One plan with where its items stand; while it is drafted anew, the plan before, on which nobody can decide (`checking`).

        Raises:
            DecisionError: there is none (`unknown`), or it is drafted for the first time (`locked`).
        """
        found = self._runner.settled(name, reading=True)
        with self._database.writing() as db:
            plan, rows = shown_plan(db, found), decisions(db, found)
            differs = changed(db, found, plan) if found.status == "expired" else ()
            append(db, self._now(db), actor(reader), "read", found.id, digest=plan.digest)
        return shown(found, plan, rows, differs)

    def behind(self, name: str) -> Behind:
        """The record and the earlier plan behind one plan. Raises DecisionError (`unknown`)."""
        with self._database.reading() as db:
            return behind(db, work(db, name))

    def stands(self, names: Sequence[str]) -> dict[str, tuple[Plan, Standing]]:
        """These plans with where their items stand, for a page of the worklist; those without a plan are left out."""
        with self._database.reading() as db:
            return {name: found for name in names if (found := stands(db, work(db, name)))}

    def decide(self, name: str, reviewer: Reviewer, said: Sequence[Decision], digest: str, *, bundle: bytes | None = None) -> Decided:
        """Take decisions on the plan with this digest: all of them, or none.

        An edit is checked and shown anew; a start rejected for another choice is drafted anew (`agent.refusals`). Both under a new digest.

        Args:
            name: the id on the worklist.
            reviewer: who decides, as whoever calls has made sure.
            said: decisions on single items, or `Approve(item="rest")`; edits go alone, for the plan is checked and shown anew.
            digest: of the plan that was on the screen.
            bundle: the record as read again just now; where it differs from the one that was planned from, the plan is void.

        Raises:
            DecisionError: nothing was changed; `reason` says why (see `agent.errors`).
        """
        submission = Said(reviewer=reviewer, decisions=tuple(said), digest=digest, bundle=bundle)
        found = self._runner.settled(name)
        try:
            with self._database.writing() as db:
                found = work(db, found.id)
                void_now = take(db, found, submission, self._context(found), self._now(db))
            if void_now:
                raise void_now
        except DecisionError as error:
            self._tell(found.id, reviewer, "refused", reason=error.reason, digest=digest)
            raise
        self._runner.advanced(found.id)
        return self._decided(found.id)

    def release(self, name: str, by: Reviewer | None = None) -> dict[str, Any]:
        """The FHIR transaction of what was approved; the same bytes however often it is asked for.

        Raises:
            DecisionError: the plan, or some item of it, waits for a decision (`incomplete`), or nothing was approved (`late`), or
                this role may not take it out (`unauthorised`).
            StoreError: the rows are not what the audit vouches for (`corrupt`).
        """
        may_release(by)
        found = self._runner.settled(name)
        with self._database.writing() as db:
            bundle: dict[str, Any] = msgspec.json.decode(self._released(db, found.id, by))
        return bundle

    def deliver(self, name: str, server: str, by: Reviewer | None = None, *, send: Post = post) -> bool:
        """Release to a FHIR server (its base URL): queued first, sent until it is taken, then noted; a crash loses and repeats nothing.

        Returns:
            Whether it was sent now; `False` where that server has it already.

        Raises:
            DecisionError: as `release`.
            StoreError: as `release`; or the server did not take it, and it waits in the outbox.
        """
        may_release(by)
        base, found = server_address(server), self._runner.settled(name)
        with self._database.writing() as db:
            content = self._released(db, found.id, by)
            if delivered(db, found.id, base):
                return False
            if (found.id, base) not in undelivered(db):
                append(db, self._now(db), actor(by), "queued", found.id, digest=found.digest, server=base)
        deliver(content, base, send)
        with self._database.writing() as db:
            if not delivered(db, found.id, base):
                at = self._now(db)
                db.execute("UPDATE release SET delivered=? WHERE work=?", (at, found.id))
                append(db, at, actor(by), "delivered", found.id, digest=found.digest, server=base)
        return True

    def outbox(self) -> tuple[tuple[str, str], ...]:
        """What was to be delivered and is not known to have arrived: id and server."""
        with self._database.reading() as db:
            return undelivered(db)

    def recover(self) -> tuple[str, ...]:
        """Take on every run that a dead process left behind, and mark what has waited too long. Returns their ids."""
        with self._database.reading() as db:
            names = dict.fromkeys((*waiting_verdicts(db), *(w.id for w in works(db, UNFINISHED))))
        taken = tuple(name for name in names if self._recovered(name))
        with self._database.writing() as db:
            at = self._now(db)
            overdue = [w for w in works(db, ("awaiting-review",)) if late(w, at)]
            for found in overdue:
                void(db, found, "expired", at)
        return (*taken, *(w.id for w in overdue))

    def audit(self) -> Audit:
        """Verify the audit and every row that it vouches for; the first fault named is the first broken link."""
        with self._database.reading() as db:
            last = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            return Audit(last["seq"] if last else 0, last["hash"] if last else "", tuple(faults(db)))

    def history(self, name: str | None = None) -> tuple[Line, ...]:
        """The lines of the audit, of one plan (also one that was erased) or of all."""
        with self._database.reading() as db:
            return tuple(lines(db, name if name and was_erased(db, name) else work(db, name).id if name else None))

    def _released(self, db: Connection, name: str, by: Reviewer | None) -> bytes:
        found = work(db, name)
        outcome = self._signed(db, found)
        row = db.execute("SELECT content FROM release WHERE work=?", (found.id,)).fetchone()
        content: bytes = row["content"] if row else self._release(db, found, outcome, by)
        return content

    def _signed(self, db: Connection, found: Work) -> Outcome:
        """The outcome that the decisions add up to, which must be the one that was recorded."""
        given = verdict(db, found)
        if found.status not in {"approved", "partly-approved"} or not isinstance(given, Outcome):
            over = found.status in {"rejected", "expired", "no-plan", "failed"}
            raise DecisionError("late" if over else "incomplete", f"nothing leaves: the plan {found.id} is {found.status}")
        broken = next(faults(db, found.id), None)
        if broken or standing(shown_plan(db, found), decisions(db, found)).outcome(found.digest or "") != given:
            raise StoreError(
                "corrupt", f"nothing leaves: {broken or 'the signatures do not add up to the outcome'}; restore the last backup"
            )
        return given

    def _release(self, db: Connection, found: Work, outcome: Outcome, by: Reviewer | None) -> bytes:
        from agent.fhir.write import transaction_bundle

        at = self._now(db)
        content = msgspec.json.encode(transaction_bundle(shown_plan(db, found), outcome, overrides(decisions(db, found))))
        db.execute("INSERT INTO release (work, content, at) VALUES (?,?,?)", (found.id, content, at))
        append(db, at, actor(by), "released", found.id, digest=found.digest, row=content_hash(content))
        return content

    def _recovered(self, name: str) -> bool:
        try:
            self._runner.advance(name)
        except DecisionError:  # somebody is at work on it, so that it is not left behind
            return False
        except PlannerError as error:
            self._tell(name, None, "failed", error=type(error).__name__)
            return False
        self._tell(name, None, "recovered")
        return True

    def _decided(self, name: str) -> Decided:
        with self._database.reading() as db:
            found = work(db, name)
            now = standing(shown_plan(db, found), decisions(db, found))
        return Decided(
            id=found.id,
            status=found.status,
            digest=found.digest or "",
            approved=tuple(now.approved),
            rejected=tuple(now.rejected),
            open=now.open,
        )

    def _context(self, found: Work) -> Context:
        return self._contexts.get((found.drafter, found.request), lambda: self._make_context(found, partial(_record_of, self._database)))

    @property
    def _runner(self) -> Runner:
        """Made anew each time: it points back to the desk, and a desk that nobody needs closes its connections at once."""
        return Runner(self._database, self._context, self._now)

    def _now(self, db: Connection) -> str:
        return moment(db, self._clock)

    def _tell(self, name: str, by: Reviewer | None, event: Event, **details: str) -> None:
        with self._database.writing() as db:
            append(db, self._now(db), actor(by), event, name, **details)


def _record_of(database: Database, digest: str) -> bytes:
    with database.reading() as db:
        return record(db, digest)


def _context(found: Work, bytes_of: Callable[[str], bytes]) -> Context:
    drafter = drafter_named(found.drafter, found.request)
    return Context(bytes_of, drafter) if drafter else Context(bytes_of)
