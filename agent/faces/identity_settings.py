"""What a site says of its identity provider and of the record systems that launch this program: tables of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from agent.addresses import is_loopback
from policies.engine import roles as known_roles

_NOT_PEOPLE = frozenset({"service", "system"})


class OpenId(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Coming in by OpenID Connect (authorization code with PKCE).

    Attributes:
        issuer: the provider, as its discovery document names itself; empty: nobody comes in this way.
        client_id: under which this program is registered there, with the redirect address `{server.public_url}/oidc/callback`.
        client_secret_file: a file with the secret of a confidential client; none for a public one.
        client_key_file: a file with its private key as a JWK (RSA, or EC P-384) instead, where the provider knows the public one.
        scopes: what is asked for, besides `openid`.
        user_claim: the claim that says who it is; it stands under signatures.
        role_claim: the claim with the groups or roles that the provider gives.
        roles: from a value of that claim to a role of `policies/access.toml`; the first of this table that fits counts.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    client_key_file: str = ""
    scopes: tuple[str, ...] = ("profile",)
    user_claim: str = "sub"
    role_claim: str = "roles"
    roles: Mapping[str, str] = {}

    def faults(self) -> Iterator[str]:
        """What does not go together, a sentence each."""
        if self.issuer:
            yield from address_faults("identity.issuer", self.issuer)
            yield from client_faults("identity", self)


class Launch(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record system that launches this program (SMART App Launch, from within the record).

    Attributes:
        iss: its FHIR base address, exactly as it sends it; no other is ever called.
        client_id, client_secret_file, client_key_file: as for the provider; the redirect address is `{server.public_url}/smart/callback`.
        scopes: what is asked for; reading the patient's record, and who the user is.
        role_claim, roles: as for the provider. Where the claim is absent, `roles` is asked for the type of `fhirUser` (`Practitioner`).
    """

    iss: str
    client_id: str
    client_secret_file: str = ""
    client_key_file: str = ""
    scopes: tuple[str, ...] = ("launch", "openid", "fhirUser", "patient/*.rs")
    role_claim: str = "roles"
    roles: Mapping[str, str] = {}

    def faults(self) -> Iterator[str]:
        """What does not go together, a sentence each."""
        yield from address_faults("launch.iss", self.iss)
        yield from client_faults(f"launch {self.iss!r}", self)


def address_faults(name: str, address: str) -> Iterator[str]:
    """An address of elsewhere is https."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        yield f"{name}: {address!r} is not https"


def client_faults(name: str, client: OpenId | Launch) -> Iterator[str]:
    """A client has an id, its secret's file is there, and its people have roles that there are; nobody becomes a service account."""
    if not client.client_id:
        yield f"{name}: client_id is missing"
    if client.client_secret_file and client.client_key_file:
        yield f"{name}: client_secret_file and client_key_file are two ways to say the same; name one"
    for file in (client.client_secret_file, client.client_key_file):
        if file and not Path(file).is_file():
            yield f"{name}: there is no file {file!r}"
    if not client.roles:
        yield f"{name}: roles is empty, so that nobody could come in"
    for value, role in client.roles.items():
        if role not in known_roles() or role in _NOT_PEOPLE:
            yield f"{name}: {value!r} is mapped to {role!r}, which is no role of a person"
