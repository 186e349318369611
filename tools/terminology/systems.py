"""Canonical URLs of the code systems that are read, and the other names they come under."""

from __future__ import annotations

from tools.clinical.facts import Coding

SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"
CPT = "http://www.ama-assn.org/go/cpt"
ICD10PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
NDC = "http://hl7.org/fhir/sid/ndc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

_OTHER_NAMES = {
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.12.292": CVX,
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.12": CPT,
    "urn:oid:2.16.840.1.113883.6.285": CPT,
    "urn:oid:2.16.840.1.113883.6.69": NDC,
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": CPT,
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": CPT,
    "http://hl7.org/fhir/sid/icd-10": ICD10CM,
    "http://hl7.org/fhir/sid/icd-10-pcs": ICD10PCS,
    "http://www.icd10data.com/icd10pcs": ICD10PCS,
}


def system_of(coding: Coding) -> str:
    """The canonical URL of the code system, where it came as an OID or an older URL."""
    return _OTHER_NAMES.get(coding.system, coding.system)
