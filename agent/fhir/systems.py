"""Canonical URLs of the code systems and extensions that are read and written, and the names of all R4 resource types."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tools.terminology.systems import LOINC as LOINC
from tools.terminology.systems import RXNORM as RXNORM
from tools.terminology.systems import SNOMED as SNOMED

UCUM = "http://unitsofmeasure.org"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"

_QICORE = "http://hl7.org/fhir/us/qicore/StructureDefinition/"
NOT_TO_DO = frozenset({f"{_QICORE}qicore-doNotPerform", f"{_QICORE}qicore-doNotPeform"})
"""QI-Core's modifier extension on orders; its test patients write the name with and without the r."""

_RELEASES = tomllib.loads(Path(__file__).with_name("releases.toml").read_text("utf-8"))

RESOURCE_TYPES: frozenset[str] = frozenset(_RELEASES["r4"])
"""Names of the resource types of R4 and R4B."""

FOREIGN_TYPES: dict[str, str] = {name: release for release, names in _RELEASES["foreign"].items() for name in names}
"""Resource types that exist in another release only → that release; a bundle that holds one is not R4."""
