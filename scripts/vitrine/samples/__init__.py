"""Samples: the type, and files of them."""

from vitrine.samples.fields import read_fields, read_fields_provenance, write_fields
from vitrine.samples.sample import Sample
from vitrine.samples.store import batch_samples, read_samples, write_samples

__all__ = ["Sample", "batch_samples", "read_fields", "read_fields_provenance", "read_samples", "write_fields", "write_samples"]
