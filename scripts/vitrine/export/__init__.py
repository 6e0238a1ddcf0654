"""A study's samples for OVITO and other programs: plan.py says which and with what, job.py writes them. Nothing heavy is imported here."""
