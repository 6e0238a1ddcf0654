"""Samples: the type, and files of them."""

from vitrine.samples.sample import Sample
from vitrine.samples.store import batch_samples, read_samples, write_samples

__all__ = ["Sample", "batch_samples", "read_samples", "write_samples"]
