"""The onset of the plateau of G(T_p), and the density of the planar POLY by it. python -m docs.onset, some two minutes on one core

002 measures temperatures in T_onset, above which the mean shear modulus of inherent states is level (its SI); T_onset = 0.9 in the units of POLY in
space, N/V = 0.58. The density in the plane is printed nowhere. Here G of both is measured down one ladder, and a broken line in ln T is fitted:

    G = G_inf for T >= T_b,    G = G_inf + s ln(T_b/T) below

The planar density is that at which T_b is that of space. In d dimensions the inverse power r^-10 has T as a function of (N/V)^(10/d) alone, but for
its cutoff, so the density is scaled by (T_b of space over T_b)^(d/10) and measured again. Writes docs/results/onset/onset.parquet.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
from vitrine.aggregation.summary import number
from vitrine.models import glass_former, published_parameters
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.parquet import read_table, write_table
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.schema import MODULUS, NONE, TEMPERATURE, Column, Table

from docs.blocks import table
from docs.results import KEPT, NOT_RUN

FILE = KEPT / "onset" / "onset.parquet"
TEMPERATURES = (2.4, 2.0, 1.6, 1.3, 1.1, 0.95, 0.8, 0.7, 0.6, 0.5)
PARTICLES, SWEEPS, SEED, REPLICATES = 256, 600, 20200326, 400
SPACE = (3, 0.58)
BELIEVED = 0.65  # the planar density that is believed (recipes), from which the scaling starts
POWER = 10.0
TABLE = Table(
    "onset",
    "mean shear modulus of inherent states of POLY down a ladder of T_p, and the onset of its plateau",
    (
        Column("dimension", "int32", NONE, "d"),
        Column("density", "double", "1/lambda_min^d", "N/V"),
        Column("parent_temperature", "double", TEMPERATURE, "T_p"),
        Column("shear_modulus", "double", MODULUS, "mean of G"),
        Column("error", "double", MODULUS, "standard error"),
        Column("onset", "double", TEMPERATURE, "T_b of the broken line, the same in all rows of a density"),
        Column("onset_error", "double", TEMPERATURE, "bootstrap standard error over samples"),
        Column("plateau", "double", MODULUS, "G_inf of the broken line"),
        Column("samples", "int32", NONE, "glasses at each T_p"),
    ),
)


def moduli(dimension: int, density: float, samples: int) -> np.ndarray:
    """G (samples, temperatures) of glasses quenched on the way of each liquid down the ladder."""
    model = glass_former("poly", {**published_parameters("poly"), "dimension": dimension, "density": density})
    found = np.empty((samples, len(TEMPERATURES)))
    for sample in range(samples):
        rng = np.random.default_rng([SEED, dimension, round(1e4 * density), sample])
        liquid = random_start(model, PARTICLES, rng)
        for rung, temperature in enumerate(TEMPERATURES):
            chain = SwapMonteCarlo(liquid, temperature, rng)
            chain.tune(100, 0.25)
            chain.advance(SWEEPS)
            liquid = chain.current()
            found[sample, rung] = measure_elasticity(minimise(liquid).sample)["shear_modulus"][0]
    return found


def broken_line(means: np.ndarray, errors: np.ndarray, temperatures: np.ndarray) -> tuple[float, float]:
    """T_b and G_inf of the broken line, by least squares over T_b on a fine grid between the second and the last but one temperature."""
    logs, best = np.log(temperatures), (np.inf, np.nan, np.nan)
    for place in np.linspace(logs[-2], logs[1], 400):
        design = np.column_stack([np.ones_like(logs), np.maximum(place - logs, 0.0)]) / errors[:, None]
        solution = np.linalg.lstsq(design, means / errors, rcond=None)[0]
        best = min(best, (float(((design @ solution - means / errors) ** 2).sum()), float(np.exp(place)), float(solution[0])))
    return best[1], best[2]


def rows_of(dimension: int, density: float, found: np.ndarray) -> list[dict]:
    """The rows of one density, from G (samples, temperatures)."""
    samples, temperatures = len(found), np.array(TEMPERATURES)
    means, errors = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(samples)
    onset, plateau = broken_line(means, errors, temperatures)
    rng = np.random.default_rng(SEED)
    again = [broken_line(found[rng.integers(samples, size=samples)].mean(axis=0), errors, temperatures)[0] for _ in range(REPLICATES)]
    common = {"dimension": dimension, "density": density, "onset": onset, "onset_error": float(np.std(again)), "plateau": plateau, "samples": samples}
    return [
        {**common, "parent_temperature": temperature, "shear_modulus": mean, "error": error}
        for temperature, mean, error in zip(TEMPERATURES, means, errors, strict=True)
    ]


def calibrated(density: float, onset: float, wanted: float, dimension: int = 2) -> float:
    """The density at which the onset is the wanted one, by the scaling of the inverse power."""
    return density * (wanted / onset) ** (dimension / POWER)


def onset() -> str:
    """The kept table, for the page."""
    if not FILE.is_file():
        return NOT_RUN
    data, rows = read_table(TABLE, FILE), []
    for (dimension, density), own in data.groupby(["dimension", "density"], sort=False):
        first = own.iloc[0]
        scaled = first["plateau"] / density / first["onset"]
        ends = [number(row.shear_modulus, row.error) for row in own.iloc[[0, -1]].itertuples()]  # of the ladder, hot to cold
        placed = number(first["onset"], first["onset_error"])
        rows.append((str(dimension), f"{density:.3f}", *ends, placed, f"{scaled:.1f}", str(int(first["samples"]))))
    names = ("d", "N/V", f"G at T = {TEMPERATURES[0]:g}", f"G at T = {TEMPERATURES[-1]:g}", "T_b", "G_inf a0^d/(k_B T_b)", "samples")
    return table(names, rows)


def main() -> None:
    """Measure, scale, measure again, and keep the table."""
    parser = argparse.ArgumentParser(prog="python -m docs.onset", description=__doc__)
    parser.add_argument("--samples", type=int, default=36, help="liquids at each density")
    samples = parser.parse_args().samples
    rows = rows_of(*SPACE, moduli(*SPACE, samples))
    wanted = rows[0]["onset"]
    rows += rows_of(2, BELIEVED, moduli(2, BELIEVED, samples))
    density = round(calibrated(BELIEVED, rows[-1]["onset"], wanted), 3)
    rows += rows_of(2, density, moduli(2, density, samples))
    FILE.parent.mkdir(parents=True, exist_ok=True)
    write_table(TABLE, rows, FILE, {"command": "python -m docs.onset", "particles": PARTICLES, "sweeps": SWEEPS})
    print(json.dumps({"density": density, "file": str(FILE)}))


if __name__ == "__main__":
    main()
