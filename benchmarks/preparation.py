"""Speed of the preparation: swap Monte Carlo and quenches."""

from __future__ import annotations

import numpy as np
from vitrine.preparation.hamiltonian import TRAJECTORY, HamiltonianMonteCarlo
from vitrine.preparation.minimise import minimise
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.runs.cost import measured_times

from benchmarks.references import cell_list_moves, plain_cells, scipy_quench
from benchmarks.timing import seconds

COLD, COOLING = 0.4, 5000  # the parent temperature of the liquid whose price is told, and sweeps there before


def swap_rows(liquid, chain) -> list[tuple]:
    """Elementary moves of swap Monte Carlo at T = 0.6."""
    model, moves = liquid.model, 20 * liquid.particles
    plain = plain_cells(liquid)
    rng = np.random.default_rng(0)
    reference = seconds(lambda: cell_list_moves(*plain, model.kernels[0], model.nonadditivity, 0.6, chain.step, moves // 10, rng)) * 10
    ours = seconds(lambda: chain.advance(20))
    return [("swap Monte Carlo move", ours / moves, "cell list, every energy over 27 cells", reference / moves)]


def relaxation_rows(liquid) -> list[tuple]:
    """An independent liquid at T = 0.4: a sweep of Hamiltonian Monte Carlo against one of swap Monte Carlo, each times its relaxation time.

    The relaxation times [sweeps] are those of relaxation_times.yaml, which finished studies gave, in the box of the nearest N.
    """
    times = {name: measured_times(name, liquid.particles)[COLD] for name in ("swap", "hamiltonian")}
    swap = SwapMonteCarlo(liquid, COLD, np.random.default_rng(1))
    swap.tune(200, 0.25)
    swap.advance(COOLING)
    hamiltonian = HamiltonianMonteCarlo(swap.current(), COLD, np.random.default_rng(2))
    hamiltonian.tune(100 * TRAJECTORY, 0.8)
    reference = seconds(lambda: swap.advance(20)) / 20 * times["swap"]
    ours = seconds(lambda: hamiltonian.advance(2 * TRAJECTORY)) / (2 * TRAJECTORY) * times["hamiltonian"]
    return [(f"independent liquid at T = {COLD:g}, Hamiltonian Monte Carlo", ours, "swap Monte Carlo", reference)]


def quench_rows(liquid) -> list[tuple]:
    """Quench to 1e-10."""
    ours, cg = seconds(lambda: minimise(liquid, "lbfgs")), seconds(lambda: minimise(liquid, "cg"))
    fire = seconds(lambda: minimise(liquid, "fire"))
    scipy_time, residual = seconds(lambda: scipy_quench(liquid), least=0.0), scipy_quench(liquid)
    scipy_name = f"scipy L-BFGS, same pairs and forces, which ends at {residual:.1e}"
    return [("quench", ours, "FIRE", fire), ("quench", ours, scipy_name, scipy_time), ("quench", ours, "conjugate gradient", cg)]
