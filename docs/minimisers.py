"""What the minimiser changes: the same liquids quenched by each of them. python -m docs.minimisers results/default --particles 256

Writes docs/results/minimisers/minimisers.parquet: for each T_p, minimiser and quantity the mean over the liquids, and the mean difference to the
first minimiser, liquid by liquid, with their standard errors.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from vitrine.aggregation.summary import number
from vitrine.interactions import Interactions
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.pinching.measure import pinch_frequencies
from vitrine.parquet import read_table, write_table
from vitrine.preparation.quench import quench
from vitrine.samples import Sample, read_samples
from vitrine.schema import NONE, TEMPERATURE, Column, Table

from docs.blocks import table
from docs.results import KEPT, NOT_RUN, study_of

MINIMISERS = ("lbfgs", "cg", "fire")
FILE = KEPT / "minimisers" / "minimisers.parquet"
WEAKEST = 0.1  # share of the bonds, those of weakest force, whose pinching frequency is averaged
TABLE = Table(
    "minimisers",
    "the same liquids quenched by several minimisers",
    (
        Column("parent_temperature", "double", TEMPERATURE, "T_p"),
        Column("minimiser", "string", NONE, "minimiser"),
        Column("quantity", "string", NONE, "what is measured"),
        Column("value", "double", "see quantity", "mean over the glasses"),
        Column("error", "double", "see quantity", "standard error"),
        Column("change", "double", "see quantity", "mean difference to the glasses of the first minimiser, liquid by liquid"),
        Column("change_error", "double", "see quantity", "its standard error"),
        Column("other", "double", NONE, "share of the liquids that end in another minimum than by the first minimiser"),
        Column("samples", "int32", NONE, "liquids"),
    ),
)
QUANTITIES = {
    "e_IS [epsilon]": lambda glass, bonds: bonds.energy / glass.particles,
    "G [epsilon/lambda_min^3]": lambda glass, bonds: float(measure_elasticity(glass)["shear_modulus"][0]),
    "omega_min [sqrt(epsilon/m)/lambda_min]": lambda glass, bonds: float(find_modes(glass, "lowest", 1)["omega"][0]),
    "omega of the weakest bonds [sqrt(epsilon/m)/lambda_min]": lambda glass, bonds: float(_weak_bonds(bonds)),
}
SAME = 1e-7  # relative difference of e_IS within which two minima are one


def _weak_bonds(bonds: Interactions) -> float:
    """Mean pinching frequency of the bonds of weakest force."""
    forces = np.abs(bonds.pair_forces)
    return pinch_frequencies(bonds, np.sort(np.argsort(forces)[: int(WEAKEST * len(forces))])).mean()


def liquids(results: Path, label: str) -> Iterator[Sample]:
    """The good liquids of a point of a finished study."""
    for path in sorted((results / label).glob("*/liquids.gsd")):
        yield from (one for one in read_samples(path) if isinstance(one, Sample) and not one.flag)


def compare(results: Path, particles: int) -> list[dict]:
    """The rows of the table."""
    study, rows = study_of(results), []
    for label, place in study.places.items():
        if place.point.particles != particles or not place.measured:
            continue
        found = np.full((len(MINIMISERS), place.samples, len(QUANTITIES)), np.nan)
        settings = place.config["quench"]
        for rank, liquid in enumerate(liquids(results, label)):
            for which, minimiser in enumerate(MINIMISERS):
                step = 0.01 if minimiser == "fire" else settings["step"]
                glass, _ = quench(liquid, {**settings, "engine": "builtin", "minimiser": minimiser, "step": step})
                if not glass.flag:
                    bonds = Interactions.of(glass)
                    found[which, rank] = [function(glass, bonds) for function in QUANTITIES.values()]
        rows += list(_rows(found[:, np.isfinite(found).all(axis=(0, 2))], place.point.parent_temperature))
    return rows


def _rows(found: np.ndarray, temperature: float) -> Iterator[dict]:
    """From numbers (minimisers, liquids, quantities)."""
    samples = found.shape[1]
    for which, minimiser in enumerate(MINIMISERS):
        change = found[which] - found[0]
        other = float(np.mean(np.abs(change[:, 0]) > SAME * np.abs(found[0, :, 0])))
        for place, name in enumerate(QUANTITIES):
            yield {
                "parent_temperature": temperature,
                "minimiser": minimiser,
                "quantity": name,
                "value": found[which, :, place].mean(),
                "error": found[which, :, place].std(ddof=1) / np.sqrt(samples),
                "change": change[:, place].mean(),
                "change_error": change[:, place].std(ddof=1) / np.sqrt(samples),
                "other": other,
                "samples": samples,
            }


def minimisers() -> str:
    """The kept table, for the page."""
    if not FILE.is_file():
        return NOT_RUN
    data = read_table(TABLE, FILE)
    rows = []
    for (temperature, quantity), own in data.groupby(["parent_temperature", "quantity"], sort=False):
        by = own.set_index("minimiser")
        first = MINIMISERS[0]
        changes = [_change(by.loc[one]) for one in MINIMISERS[1:]]
        rows.append((f"{temperature:g}", quantity, number(by.loc[first, "value"], by.loc[first, "error"]), *changes))
    for temperature, own in data.groupby("parent_temperature", sort=False):
        by = own.drop_duplicates("minimiser").set_index("minimiser")
        shares = [f"{100 * by.loc[one, 'other']:.0f} %" for one in MINIMISERS[1:]]
        rows.append((f"{temperature:g}", f"liquids that end in another minimum, of {by['samples'].iloc[0]}", "", *shares))
    return table(("T_p", "quantity", MINIMISERS[0], *(f"{one} less {MINIMISERS[0]}" for one in MINIMISERS[1:])), rows)


def _change(row: pd.Series) -> str:
    """A difference with its error; 0 where all liquids end in the same minima, to rounding."""
    same = max(abs(row["change"]), row["change_error"]) < SAME * abs(row["value"])
    return "0" if same else number(row["change"], row["change_error"])


def main() -> None:
    """Compare, and keep the table."""
    parser = argparse.ArgumentParser(prog="python -m docs.minimisers", description=__doc__)
    parser.add_argument("results", type=Path, help="folder of a finished study")
    parser.add_argument("--particles", type=int, required=True, help="N of the points whose liquids are quenched")
    arguments = parser.parse_args()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    rows = compare(arguments.results, arguments.particles)
    write_table(TABLE, rows, FILE, {"study": arguments.results.name, "particles": arguments.particles})
    print(json.dumps({"rows": len(rows), "file": str(FILE)}))


if __name__ == "__main__":
    main()
