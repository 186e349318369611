"""What people decided about plans, as examples that a model can learn from: de-identified, and only where it was consented to."""
