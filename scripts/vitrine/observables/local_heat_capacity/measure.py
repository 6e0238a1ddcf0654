"""Local heat capacities of one glass: how they are computed stands in landscape/heat.py."""

from __future__ import annotations

import numpy as np

from vitrine.landscape.heat import local_heat_capacities
from vitrine.landscape.rest import at_rest
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, lowest_modes
from vitrine.samples import Sample


def measure_heat_capacities(sample: Sample, algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, dict[str, np.ndarray]]:
    """Columns of LOCAL_HEAT_CAPACITIES, a row for each interacting pair, the one row of HEAT_CAPACITY_GLASSES, and the field [k_B].

    The glass is first brought to the rounding of its minimum: what is left of forces is multiplied by the softness of its softest mode. Masses do
    not enter. Raises SampleError where the sample is no minimum.
    """
    bonds, factor = at_rest(sample, solver=algebra.solver)
    harmonic, anharmonic = local_heat_capacities(bonds, factor)
    whole = harmonic + anharmonic
    row = {
        "modes": sample.dimension * (sample.particles - 1),
        "harmonic": harmonic.sum(),
        "anharmonic": anharmonic.sum(),
        "largest": np.abs(whole).max(),
        "negative": np.mean(whole < 0),
        "omega": np.sqrt(lowest_modes(bonds.hessian, sample.dimension, 1, factor)[0][0]),
    }
    return {
        "local_heat_capacities": {"i": bonds.i, "j": bonds.j, "harmonic": harmonic, "anharmonic": anharmonic},
        "heat_capacity_glasses": {name: np.array([value]) for name, value in row.items()},
        "heat_capacity_field": {"heat_capacity": 0.5 * (abs(bonds.incidence) @ whole)},
    }
