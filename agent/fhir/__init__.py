"""FHIR R4 in and out: the one place where a record is parsed and where resources are written."""
