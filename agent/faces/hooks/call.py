"""A call of a hook, as values; anything else is refused with the status that CDS Hooks gives it."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct, field

from agent.faces.hooks.services import Service

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


class HookError(Exception):
    """A call that is not answered with cards. `status`: 400 malformed, 404 unknown, 412 without the data that it takes."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Authorization(Struct, frozen=True, kw_only=True):
    """A token for the record system's FHIR server; never shown, logged or kept."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme
    scope: str = ""

    def __repr__(self) -> str:
        return "Authorization(…)"


class Context(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who is looked at, by whom, and what is being ordered."""

    patient_id: str
    user_id: str | None = None
    encounter_id: str | None = None
    selections: tuple[str, ...] | None = None
    draft_orders: dict[str, Any] | None = None

    @property
    def patient(self) -> str:
        """The bare logical id."""
        return self.patient_id.removeprefix("Patient/")


class Repeats(Struct, frozen=True, kw_only=True, rename="kebab"):
    """What HL7 PDDI-CDS lets a record system say about repeated alerts; unsaid, they are remembered and left out."""

    cache_for_order_sign_filtering: bool = True
    filter_out_repeated_alerts: bool = True


class Extension(Struct, frozen=True):
    """Of a call; others are not read."""

    repeats: Repeats = field(default=Repeats(), name="pddi-configuration-items")


class Call(Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a request."""

    hook: str
    hook_instance: str
    context: Context
    fhir_server: str | None = None
    fhir_authorization: Authorization | None = None
    prefetch: dict[str, Any] | None = None
    extension: Extension | None = None

    @property
    def repeats(self) -> Repeats:
        """How repeated alerts are treated."""
        return self.extension.repeats if self.extension else Repeats()


_CALL = msgspec.json.Decoder(Call)
_SENT = re.compile(r" '.*'", re.DOTALL)


def fault(error: Exception) -> str:
    """What is wrong with a body, and where, without repeating what was sent."""
    return _SENT.sub("", str(error)) if isinstance(error, msgspec.ValidationError) else "it is no JSON in UTF-8"


def parse_call(data: bytes, service: Service) -> Call:
    """The call of a service. Raises HookError (400)."""
    try:
        call = _CALL.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HookError(400, f"not a call of CDS Hooks: {fault(error)}") from None
    if call.hook != service.hook:
        raise HookError(400, f"{service.id} answers {service.hook} and no other hook")
    if not _ID.fullmatch(call.context.patient):
        raise HookError(400, "context.patientId is no FHIR id")
    if service.hook != "patient-view" and call.context.draft_orders is None:
        raise HookError(400, f"{service.hook} has context.draftOrders")
    return call
