"""Speed of the preparation: swap Monte Carlo and quenches."""

from __future__ import annotations

import numpy as np
from vitrine.preparation.minimise import minimise

from benchmarks.references import cell_list_moves, plain_cells, scipy_quench
from benchmarks.timing import seconds


def swap_rows(liquid, chain) -> list[tuple]:
    """Elementary moves of swap Monte Carlo at T = 0.6."""
    model, moves = liquid.model, 20 * liquid.particles
    plain = plain_cells(liquid)
    rng = np.random.default_rng(0)
    reference = seconds(lambda: cell_list_moves(*plain, model.kernels[0], model.nonadditivity, 0.6, chain.step, moves // 10, rng)) * 10
    ours = seconds(lambda: chain.advance(20))
    return [("swap Monte Carlo move", ours / moves, "cell list, every energy over 27 cells", reference / moves)]


def quench_rows(liquid) -> list[tuple]:
    """Quench to 1e-10."""
    ours, cg = seconds(lambda: minimise(liquid, "lbfgs")), seconds(lambda: minimise(liquid, "cg"))
    fire = seconds(lambda: minimise(liquid, "fire"))
    scipy_time, residual = seconds(lambda: scipy_quench(liquid), least=0.0), scipy_quench(liquid)
    scipy_name = f"scipy L-BFGS, same pairs and forces, which ends at {residual:.1e}"
    return [("quench", ours, "FIRE", fire), ("quench", ours, scipy_name, scipy_time), ("quench", ours, "conjugate gradient", cg)]
