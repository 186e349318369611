"""Deterministic clinical tools: values in, values out. No graph, no model, no FHIR, no network, no clock."""
