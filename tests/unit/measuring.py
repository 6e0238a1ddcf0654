"""A batch of samples, measured as a rule's job measures it."""

from collections.abc import Callable, Iterable

import pandas as pd
from vitrine.observables import declarations
from vitrine.observables.batch import Measured, System, measure_batch
from vitrine.samples import Sample


def batch(samples: Iterable[Sample], observable: str, measure: Callable, at_once: int = 1) -> Measured:
    """What the function `measure` of one sample gives for a batch, under the declaration of an observable."""
    systems = (System(sample.index, (sample, {}), sample.flag) for sample in samples)
    return measure_batch(systems, declarations()[observable], lambda system: measure(system.given[0]), at_once)


def table(samples: Iterable[Sample], observable: str, measure: Callable, at_once: int = 1) -> pd.DataFrame:
    """The observable's first table of a batch."""
    return pd.DataFrame(batch(samples, observable, measure, at_once).tables[declarations()[observable].tables[0].name])
