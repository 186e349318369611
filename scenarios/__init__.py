"""Stories, synthetic patients, simulation and evaluation."""
