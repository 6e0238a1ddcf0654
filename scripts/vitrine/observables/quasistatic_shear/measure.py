"""Athermal quasistatic shear of one glass: how it goes from minimum to minimum stands in landscape/quasistatic.py."""

from __future__ import annotations

import numpy as np

from vitrine.landscape.quasistatic import Drop, Protocol, sheared_states
from vitrine.landscape.strained import Strained
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.observables.quasistatic_shear import QUASISTATIC_DROPS, QUASISTATIC_RUNS, QUASISTATIC_SHEAR
from vitrine.samples import Sample
from vitrine.schema import Table

SMALL = 1e-6  # strain at which the stress is compared with the modulus


def shear_quasistatically(
    sample: Sample,
    plane: str = "xy",
    strain: float = 0.05,
    largest_step: float = 1.0e-3,
    resolution: float = 1.0e-7,
    steps: str = "adaptive",
    states: int = 6,
    minimiser: str = "lbfgs",
    minimiser_step: float = 0.1,
    algebra: Algebra = DEFAULT_ALGEBRA,
) -> dict[str, dict[str, np.ndarray]]:
    """Columns of QUASISTATIC_SHEAR, QUASISTATIC_DROPS and QUASISTATIC_RUNS, and the strained states: positions, boxes, strains.

    Settings as in the declaration. Raises SampleError where the sample is no minimum, has not that plane, or comes to rest nowhere beyond an
    instability.
    """
    how = {"adaptive": steps == "adaptive", "stops": states - 1, "minimiser": minimiser, "minimiser_step": minimiser_step}
    protocol = Protocol(plane, strain, largest_step, resolution, solver=algebra.solver, **how)
    rows, drops, kept = [], [], []
    first = last = None
    doubtful = 0
    for one in sheared_states(sample, protocol):
        here = one.after if isinstance(one, Drop) else one
        first = first or here
        longer = last is not None and here.strain - last.strain > resolution * (1 + 1e-6)  # what lies within the resolution is told by no step
        doubtful += longer and one is here and not last.balances(here)
        last = here
        drop = len(drops) if isinstance(one, Drop) else -1
        drops += [_drop_row(one, drop, resolution)] if isinstance(one, Drop) else []
        keep = len(kept) < states and here.strain >= strain * len(kept) / (states - 1) * (1 - 1e-9)
        rows.append(_state_row(here, drop, len(kept) if keep else -1))
        if keep:
            kept.append((here.sample.positions, here.sample.box, here.strain))
    run = {"plane": plane, "strain": rows[-1]["strain"], "states": len(rows), "drops": len(drops)}
    run |= _slope(first, algebra.solver) | {"unbracketed": sum(not row["bracketed"] for row in drops), "doubtful": doubtful}
    positions, boxes, strains = (np.array(values) for values in zip(*kept, strict=True))
    return {
        "quasistatic_shear": _columns(QUASISTATIC_SHEAR, rows),
        "quasistatic_drops": _columns(QUASISTATIC_DROPS, drops or [QUASISTATIC_DROPS.row()]),
        "quasistatic_runs": _columns(QUASISTATIC_RUNS, [run]),
        "strained_states": {"positions": positions, "boxes": boxes, "strains": strains},
    }


def _columns(table: Table, rows: list[dict]) -> dict[str, np.ndarray]:
    return {column.name: np.array([row[column.name] for row in rows]) for column in table.own}


def _state_row(here: Strained, drop: int, state: int) -> dict:
    return {
        "strain": here.strain,
        "stress": here.stress,
        "energy": here.energy / here.sample.particles,
        "pressure": here.bonds.pressure,
        "modulus": here.modulus,
        "lambda_1": here.softest[0],
        "drop": drop,
        "state": state,
    }


def _drop_row(drop: Drop, index: int, resolution: float) -> dict:
    return {
        "drop": index,
        "strain": drop.critical,
        "before": drop.before.strain,
        "bracket": drop.bracket,
        "bracketed": bool(drop.bracket <= resolution * (1 + 1e-6)),
        "energy": drop.energy,
        "stress": drop.stress,
        "displacement": np.linalg.norm(drop.displacement),
        "core_size": drop.participation * drop.before.sample.particles,
        "overlap": drop.overlap,
        "core": drop.core,
        "lambda_1": drop.before.softest[0],
    }


def _slope(first: Strained, solver: str) -> dict:
    """The modulus at zero strain and the slope of the stress there; NaN where the branch ends within SMALL."""
    ends = [first.advanced(sign * SMALL, solver) for sign in (1, -1)]
    slope = np.nan if None in ends else (ends[0].stress - ends[1].stress) / (2 * SMALL)
    return {"modulus": first.modulus, "slope": slope, "difference": abs(slope - first.modulus) / abs(first.modulus)}
