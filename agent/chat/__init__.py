"""A conversation about one plan: what is asked is answered from the plan, the record and the knowledge base, or not at all."""
