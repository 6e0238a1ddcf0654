"""Batches of samples by name: the first and the last sample of the batch. (No more is imported: every job needs it.)"""

from __future__ import annotations


def batch_names(samples: int, batch: int) -> list[str]:
    """Names of the batches of at most `batch` samples each: 00000-00011, ..."""
    return [f"{first:05d}-{min(first + batch, samples) - 1:05d}" for first in range(0, samples, batch)]


def sample_indices(batch: str) -> range:
    """The samples of a batch, from its name."""
    first, last = map(int, batch.split("-"))
    return range(first, last + 1)
