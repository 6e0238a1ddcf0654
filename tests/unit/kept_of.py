"""A glass with what the observable nonlinear_modes keeps of it, as the driver hands it to those that take its modes."""

import pandas as pd
from vitrine.observables.nonlinear_modes.measure import find_nonlinear_modes
from vitrine.samples import Sample


def kept_of(sample: Sample, kept: int = 3, **settings: object) -> tuple[Sample, pd.DataFrame, dict]:
    """The sample, its rows of the table nonlinear_modes and its vectors."""
    found = find_nonlinear_modes(sample, kept=kept, **({"pinches": 10, "pinches_tried": 60, "harmonic": 4, "bond_operator": 0} | settings))
    return sample, pd.DataFrame(found["nonlinear_modes"]), found["nonlinear_vectors"]
