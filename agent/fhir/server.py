"""A patient's record from a FHIR server: `Patient/ID/$everything`, or type by type where the server does not know that.

A type that few servers have (`RARE`) may be refused: what stands in its place is listed among what was set aside.

Pages are followed on the same server only, so that a record cannot send the reader elsewhere. Nothing is ever written.
"""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from agent.errors import RecordError
from agent.fhir.ndjson import unreadable
from agent.fhir.smart import bearer, forget
from agent.over_http import BUSY, answer_of, retry_after

_TIMEOUT = 60
_PAUSES_S = (1.0, 4.0)
_LONGEST_PAUSE_S = 20.0
_PAGES = 2_000
_COUNT = 250
_BYTES = 200_000_000
_NO_EVERYTHING = frozenset({400, 404, 405, 501})
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
TYPES = (
    "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration",
    "Observation", "Immunization", "Procedure", "Encounter", "DiagnosticReport", "DocumentReference", "CarePlan", "Goal",
    "FamilyMemberHistory",
)  # fmt: skip
RARE = {"ServiceRequest": "patient", "DeviceRequest": "patient", "AdverseEvent": "subject"}
"""Types that facts are made of as well, with the parameter by which each is searched."""


class Fetch(Protocol):
    """Gets the bytes behind a URL."""

    def __call__(self, url: str) -> bytes: ...


class _Link(Struct):
    relation: str = ""
    url: str = ""


class _Page(Struct, rename="camel"):
    resource_type: str = ""
    link: list[_Link] = []
    entry: list[Raw] = []


class _RefusalError(Exception):
    """The server answered with a status that says no; `after` are the seconds until it wants to be asked again, where it says so."""

    def __init__(self, status: int, after: float = 0.0) -> None:
        super().__init__(str(status))
        self.status, self.after = status, after


def fetching(token: str) -> Fetch:
    """Gets with this bearer token instead of the site's own."""
    return lambda url: fetch(url, token)


def fetch(url: str, token: str | None = None) -> bytes:
    """GET with a bearer token: the one given, else the one that `agent.fhir.smart` has, if any.

    A busy server is asked again after as long as it says, a token that it no longer takes is replaced once.

    Raises:
        RecordError: the server cannot be reached, does not answer in time, or answers too much.
        _RefusalError: the server answers with an error status.
    """
    pauses, renewable = list(_PAUSES_S), token is None
    while True:
        try:
            return _fetched(url, token)
        except _RefusalError as refusal:
            if refusal.status == 401 and renewable and forget():
                renewable = False
                continue
            if refusal.status not in BUSY or not pauses or refusal.after > _LONGEST_PAUSE_S:
                raise
            time.sleep(max(pauses.pop(0), refusal.after))


def _fetched(url: str, token: str | None) -> bytes:
    headers = {"Accept": "application/fhir+json"}
    if token := token or bearer():
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme is checked in `everything`
    try:
        _, data = answer_of(request, _TIMEOUT, _BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise _RefusalError(error.code, retry_after(error.headers)) from None
    except (OSError, ValueError) as error:
        raise RecordError(f"the FHIR server cannot be reached ({type(error).__name__}); check the base URL") from None
    if len(data) > _BYTES:
        raise RecordError("the FHIR server answered with more than 200 MB in one page")
    return data


def everything(base: str, patient: str, get: Fetch = fetch) -> bytes:
    """One Bundle with all that the server has of this patient.

    Args:
        base: the server's base URL.
        patient: the logical id.
        get: gets the bytes behind a URL; tests give their own.

    Raises:
        RecordError: the server or the patient is not there, or a page is not a Bundle.
    """
    base = base.rstrip("/")
    bare = patient.removeprefix("Patient/")
    if urllib.parse.urlsplit(base).scheme not in ("http", "https") or not _ID.fullmatch(bare):
        raise RecordError("a FHIR server is given by its http(s) base URL, and a patient by the logical id")
    try:
        entries = list(_pages(f"{base}/Patient/{bare}/$everything?_count={_COUNT}", base, get))
    except _RefusalError as refusal:
        if refusal.status not in _NO_EVERYTHING:
            raise RecordError(f"the FHIR server refused with status {refusal.status}{_HINTS.get(refusal.status, '')}") from None
        entries = _by_type(base, bare, get)
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + b",".join(map(bytes, entries)) + b"]}"


_HINTS = {
    401: ": set CAREWRIGHT_FHIR_TOKEN",
    403: ": the token does not allow it",
    410: ": the patient was deleted",
    **dict.fromkeys(BUSY, ": it is busy; ask again later"),
}


def _by_type(base: str, patient: str, get: Fetch) -> list[Raw]:
    try:
        entries = [_person(base, patient, get)]
        for kind in TYPES:
            entries += _pages(f"{base}/{kind}?patient={patient}&_count={_COUNT}{_INCLUDE.get(kind, '')}", base, get)
        for kind, by in RARE.items():
            entries += _if_offered(f"{base}/{kind}?{by}=Patient/{patient}&_count={_COUNT}", base, get)
    except _RefusalError as refusal:
        raise RecordError(f"the FHIR server refused a search (status {refusal.status}{_HINTS.get(refusal.status, '')})") from None
    return entries


def _person(base: str, patient: str, get: Fetch) -> Raw:
    try:
        return Raw(b'{"resource":' + get(f"{base}/Patient/{patient}") + b"}")
    except _RefusalError as refusal:
        if refusal.status not in (404, 410):
            raise
        raise RecordError(f"the FHIR server has no such patient (status {refusal.status})") from None


def _if_offered(url: str, base: str, get: Fetch) -> list[Raw]:
    """What a search finds; where the server does not offer it, an entry that says so."""
    try:
        return list(_pages(url, base, get))
    except _RefusalError:
        return [Raw(b'{"resource":' + unreadable("") + b"}")]


_INCLUDE = {kind: f"&_include={kind}:medication" for kind in TYPES if kind.startswith("Medication")}


def _pages(url: str, base: str, get: Fetch) -> Iterator[Raw]:
    seen: set[str] = set()
    here: str | None = url
    while here is not None:
        if here in seen or len(seen) >= _PAGES:
            raise RecordError("the FHIR server's pages go round in a circle or do not end")
        seen.add(here)
        page = _page(get(here))
        yield from page.entry
        here = _next(page, here, base)


def _page(data: bytes) -> _Page:
    try:
        page = msgspec.json.decode(data, type=_Page)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise RecordError("the FHIR server answered with something that is not a FHIR Bundle in JSON") from None
    if page.resource_type != "Bundle":
        raise RecordError("the FHIR server answered with something that is not a Bundle")
    return page


def _next(page: _Page, here: str, base: str) -> str | None:
    found = next((link.url for link in page.link if link.relation == "next"), None)
    if found is None:
        return None
    absolute = urllib.parse.urljoin(here, found)
    mine, there = urllib.parse.urlsplit(base), urllib.parse.urlsplit(absolute)
    if (mine.scheme, mine.netloc) != (there.scheme, there.netloc):
        raise RecordError("the FHIR server's next page lies on another server; it is not followed")
    return absolute
