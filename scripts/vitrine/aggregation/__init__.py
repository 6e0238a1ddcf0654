"""From the tables of batches to estimates, curves, fits and the summary: what the aggregate.py and derive.py of all observables share."""
