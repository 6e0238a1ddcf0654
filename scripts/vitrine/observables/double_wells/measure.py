r"""Double wells of a glass: another minimum along its softest nonlinear mode (004, sec. IV J), and what the expansion predicts of it.

How the search goes, and what counts as another minimum, stands in nonlinear/double_wells.py. The stored pi has b3 <= 0, so that the other well of the
expansion, where there is one, lies at positive s. Positive s are tried first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.double_wells import Descents, other_well, search_along
from vitrine.observables.kept_modes import kept_modes
from vitrine.samples import Sample


def find_double_wells(
    sample: Sample,
    nonlinear_modes: pd.DataFrame,
    nonlinear_vectors: Mapping[str, np.ndarray],
    kind: str = "cubic",
    increment: float = 0.05,
    furthest: float = 1.0,
    least_displacement: float = 1.0e-3,
    minimiser: str = "lbfgs",
    minimiser_step: float = 0.1,
    tolerance: float = 1.0e-10,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, np.ndarray]:
    """Columns of the table DOUBLE_WELLS, one row.

    nonlinear_modes, nonlinear_vectors: what find_nonlinear_modes gives of the same sample, as a frame and as {<kind>_<mode>: (N, d)}. increment,
    furthest and least_displacement in a0; the rest as in quench. Raises SampleError where there is no mode of that kind.
    """
    mode, a0 = kept_modes(nonlinear_modes, nonlinear_vectors, kind, 1)[0], sample.spacing
    pi = mode.vector.reshape(-1, 1)
    b2, b3, b4 = Contractions(Interactions.of(sample)).orders(pi)
    expected = other_well(b2, b3, b4)
    lengths = {"step": increment * a0, "furthest": furthest * a0, "least": least_displacement * a0}
    found = search_along(sample, pi, **lengths, descents=Descents(minimiser, minimiser_step, tolerance), algebra=algebra)
    row = {
        "omega": mode.row["omega"],
        "found": found.sample is not None,
        "start": found.start / a0,
        "displacement": found.distance / a0,
        "overlap": found.overlap(pi),
        "energy": found.energy,
        "predicted": bool(np.isfinite(expected.place[0])),
        "predicted_displacement": abs(expected.place[0]) / a0,
        "predicted_energy": expected.energy[0],
        "returned": found.returned / a0,
        "minimisations": found.minimisations,
        "unconverged": found.unconverged,
        "saddles": found.saddles,
        "minimised_by": minimiser,
        "minimiser_step": minimiser_step,
        "increment": increment,
    }
    return {name: np.array([value]) for name, value in row.items()}
