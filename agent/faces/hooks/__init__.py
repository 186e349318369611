"""CDS Hooks 2.0: what a record system asks while somebody works in it, answered with the same checks as a plan. No web framework here."""
