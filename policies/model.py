"""What a policy file may say.

A file is one `Policy`: any of the tables below, and cases that show what they do. Policies are a site's own decisions, so
that the folder may be replaced as a whole (`load_policies(folder)`); what no table permits is not permitted.

    [[permit]]            who may approve, edit or reject which items
    [[ban]]               who may not, although a permit says so
    [[second_signature]]  what one person alone cannot approve
    [[never_auto]]        what must be approved by name, never along with "the rest"
    [[route]]             when a plan is escalated or abstained from, and how soon somebody must look
    [[reason]]            the codes with which a warning is overridden, an item rejected or edited
    [[redraft]]           which rejected items are drafted again, and how often at most
    [[send]]              what may be sent to a model, and in what form
    [[expiry]]            how long a plan may wait for its signature
    [[retention]]         how long what belongs to a settled plan is kept
    [[harm]]              what waiting may do, by what stands in a plan
    [[worklist]]          in which order plans are read, and the limits of fairness
    [[access]]            who may read plans, take out what was signed, or look after the installation
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from policies.row import Row, time_faults
from policies.triggers import Trigger
from policies.waiting import GivenWaiting, Harm, Worklist, row_faults
from tools.clinical.answer import Indicator, IssueCode, Severity
from tools.clinical.knowledge import Document
from tools.clinical.plan import Action, Route, SubjectKind, Urgency
from tools.clinical.sourcing import twice

Settled = Literal["approved", "partly-approved", "rejected", "expired", "no-plan", "failed"]
Verb = Literal["approve", "edit", "reject"]
Use = Literal["override", "reject", "edit"]
Act = Literal["read", "ask", "release", "administer"]
Content = Literal["facts", "findings", "options", "request-text", "notes", "identifiers"]
Form = Literal["as-is", "pseudonymised"]
Destination = Literal["this-machine", "in-country", "elsewhere"]
"""From near to far; what may go far may go near."""


class Triggered(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row that holds under a trigger; `why` is said to whoever asks."""

    when: Trigger
    why: str


class Permit(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Roles that may do these verbs on items of these actions and kinds; an empty `kinds` means every kind."""

    roles: tuple[str, ...]
    verbs: tuple[Verb, ...]
    actions: tuple[Action, ...]
    kinds: tuple[SubjectKind, ...] = ()


class Ban(Triggered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Roles that may not do these verbs where the trigger holds, whatever permits say."""

    roles: tuple[str, ...]
    verbs: tuple[Verb, ...]


class SecondSignature(Triggered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the trigger holds, `signatures` different people approve; those after the first have one of the roles `by`."""

    by: tuple[str, ...]
    signatures: int = 2


class NeverAuto(Triggered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the trigger holds, an item is approved by its own name only."""


class RouteRule(Triggered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the trigger holds anywhere in the plan, it goes `to`, at least as soon as `urgency`."""

    to: Route = "review"
    urgency: Urgency = "routine"


class ReasonCode(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A reason that may be given, in words that a form can show.

    `needs_text` asks for a sentence besides the code; `redraft` says that it is an objection to this choice and not to the aim, so
    that an item rejected for it may be drafted again (`[[redraft]]`).
    """

    use: tuple[Use, ...]
    text: str
    needs_text: bool = False
    redraft: bool = False


class Redraft(Triggered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the trigger holds for a rejected item, the plan is drafted again without it, at most so often; then the rejection stands."""

    at_most: int


class Send(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be sent to a model that runs at `to`, in this form."""

    to: Destination
    what: tuple[Content, ...]
    form: Form = "pseudonymised"


class Endpoint(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A host, by its exact name, of which the site has made sure where it runs; every other host but this machine is `elsewhere`."""

    host: str
    to: Literal["in-country"] = "in-country"


class Expiry(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Plans of these urgencies wait at most `within` (a time quantity) for their signature."""

    urgency: tuple[Urgency, ...]
    within: str


class Retention(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settled plans in these statuses are kept `within` (a time quantity) of their end; what no row names is kept for ever."""

    statuses: tuple[Settled, ...]
    within: str


class GivenItem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An item of a case."""

    id: str = "i1"
    action: Action = "start"
    kind: SubjectKind = "medication"
    ingredients: tuple[str, ...] = ()
    urgency: Urgency = "routine"


class GivenIssue(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An issue of a case; it touches `i1` unless said otherwise."""

    id: str = "d1"
    code: IssueCode = "DRG"
    severity: Severity = "major"
    indicator: Indicator = "warning"
    interruptive: bool = True
    items: tuple[str, ...] = ("i1",)
    handled_by: tuple[str, ...] = ()
    suppressed: str = ""


class Given(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a case supposes: a small plan, somebody who decides, a time waited, a content to be sent."""

    items: tuple[GivenItem, ...] = ()
    issues: tuple[GivenIssue, ...] = ()
    drafter: Literal["rules", "model"] = "rules"
    flags: tuple[str, ...] = ()
    role: str | None = None
    verb: Verb = "approve"
    act: Act = "read"
    approved: tuple[str, ...] | None = None
    use: Use | None = None
    code: str = ""
    text: str = ""
    redrafted: int = 0
    to: Destination | None = None
    what: Content = "facts"
    urgency: Urgency = "routine"
    waited: str | None = None
    status: Settled | Literal["awaiting-review"] = "approved"
    queue: tuple[GivenWaiting, ...] = ()
    read: tuple[GivenWaiting, ...] = ()


class Expect(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What must come out; only what is written is compared."""

    permitted: bool | None = None
    admitted: bool | None = None
    signatures: int | None = None
    by_name: bool | None = None
    route: Route | None = None
    urgency: Urgency | None = None
    reason: Literal["accepted", "unknown", "text-missing"] | None = None
    redraft: bool | None = None
    form: Form | Literal["refused"] | None = None
    expired: bool | None = None
    kept: bool | None = None
    harm: float | None = None
    first: str | None = None


class Case(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An example of what the file's own tables do."""

    name: str
    given: Given
    expect: Expect


class Access(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Roles that may do these acts, whatever the plan; a role that no row names does not exist."""

    roles: tuple[str, ...]
    acts: tuple[Act, ...]


class Policy(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file of policies."""

    permit: tuple[Permit, ...] = ()
    ban: tuple[Ban, ...] = ()
    second_signature: tuple[SecondSignature, ...] = ()
    never_auto: tuple[NeverAuto, ...] = ()
    route: tuple[RouteRule, ...] = ()
    reason: tuple[ReasonCode, ...] = ()
    redraft: tuple[Redraft, ...] = ()
    send: tuple[Send, ...] = ()
    endpoint: tuple[Endpoint, ...] = ()
    expiry: tuple[Expiry, ...] = ()
    retention: tuple[Retention, ...] = ()
    access: tuple[Access, ...] = ()
    harm: tuple[Harm, ...] = ()
    worklist: tuple[Worklist, ...] = ()
    case: tuple[Case, ...] = ()

    def faults(self) -> list[str]:
        """Ids given twice, triggers that would always hold, times that are no times, signatures that are none."""
        rows: tuple[Row, ...] = (
            *self.permit,
            *self.ban,
            *self.second_signature,
            *self.never_auto,
            *self.route,
            *self.reason,
            *self.redraft,
            *self.send,
            *self.endpoint,
            *self.expiry,
            *self.retention,
            *self.access,
            *self.harm,
            *self.worklist,
        )
        faults = twice(row.id for row in rows)
        triggered: tuple[Triggered, ...] = (*self.ban, *self.second_signature, *self.never_auto, *self.route, *self.redraft)
        faults += [f"{row.id}: an empty `when` holds always; say when" for row in triggered if row.when.empty]
        faults += [f"{row.id}: {row.signatures} signatures are no second signature" for row in self.second_signature if row.signatures < 2]
        faults += [f"{row.id}: nobody may sign second" for row in self.second_signature if not row.by]
        faults += [f"{row.id}: {row.at_most} times is never" for row in self.redraft if row.at_most < 1]
        faults += [f"{row.id}: only a rejection is drafted again" for row in self.reason if row.redraft and "reject" not in row.use]
        faults += row_faults(self.harm, self.worklist)
        waits = [(row.id, row.within) for row in self.expiry] + [(row.id, row.within) for row in self.retention]
        return [*faults, *time_faults(waits)]

    def case_failures(self) -> list[str]:
        """Cases that do not come out as expected under this file's tables alone."""
        from policies.cases import failures

        return failures(self)
