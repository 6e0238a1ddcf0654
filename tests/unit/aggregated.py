"""Made-up batches of one ensemble for every observable, and a function that aggregates them as the rule's job does."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from vitrine.aggregation.ensemble import Ensemble
from vitrine.declare import Field, Observable
from vitrine.observables import declarations, function_of, known_tables, module_of
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields
from vitrine.schema import Table

SAMPLES = 60
FRACTION = 0.9
POINT = Point.plain(40, 0.45)
ENSEMBLE = Ensemble(POINT, dimension=3, seed=7, replicates=20)
PREFACTOR = 0.3  # A_g per particle of the synthetic spectra
BONDS = 60
FIELD_ROWS = {"sample": -1, "vibrability": np.nan, "flag": ""}

SETTINGS = {"modes": {"phonon_fraction": FRACTION, "softest": np.inf}, "pinching": {"weak_force": 1e-2}} | {
    "bond_operator": {"lambda_tail": 0.03, "plateau_excess": 0.15}
}
ON_ENSEMBLES = ["liquids", "reheating", "glasses", "modes", "elasticity", "pinching", "bond_operator", "vibrability"]
RUN = 1600  # sweeps of every liquid
TABLES = known_tables()
FIELDS: dict[str, Field] = {field.name: field for one in declarations().values() for field in one.fields}


def schema(name: str) -> Table:
    """A table by its name."""
    return TABLES[name]


def sources(observable: str) -> list[str]:
    """What an observable averages, by name: tables, and fields."""
    return [file.rpartition(".")[0] for file in declarations()[observable].combines]


def sample_rows(name: str, **columns: Sequence) -> pd.DataFrame:
    """One row per sample with random positive numbers wherever `columns` gives none."""
    rng, rows, table = np.random.default_rng(1), [], schema(name)
    for sample in range(SAMPLES):
        numbers = {column.name: rng.uniform(1, 2) for column in table.own if column.type == "double"}
        numbers |= {column.name: int(rng.integers(1, 9)) for column in table.own if column.type.startswith("int")}
        given = {name: values[sample] for name, values in columns.items()}
        rows.append(table.row(**{**numbers, "sample": sample, **given}))
    return pd.DataFrame(rows)


def many_rows(name: str, counts: int | np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """`counts[sample]` rows per sample; `columns` are flat."""
    samples = np.repeat(np.arange(SAMPLES), counts)
    blank = schema(name).row()
    return pd.DataFrame({key: columns.get(key, samples if key == "sample" else np.full(len(samples), value)) for key, value in blank.items()})


def make_elasticity() -> pd.DataFrame:
    modulus = np.random.default_rng(2).normal(12, 1.5, SAMPLES)
    return sample_rows("elasticity", shear_modulus=modulus, omega_ph=np.random.default_rng(3).uniform(1.0, 1.2, SAMPLES))


def make_modes() -> pd.DataFrame:
    """d(N - 1) modes per sample drawn from N A_g omega^4 up to where it holds them all."""
    upper = (5 * ENSEMBLE.modes / (ENSEMBLE.particles * PREFACTOR)) ** 0.2
    omega = np.sort(upper * np.random.default_rng(4).random((SAMPLES, ENSEMBLE.modes)) ** 0.2, axis=1)
    return many_rows("modes", ENSEMBLE.modes, mode=np.tile(np.arange(ENSEMBLE.modes), SAMPLES), omega=omega.ravel())


def make_bond_operator() -> pd.DataFrame:
    """Eigenvalues omega^-2 of the same law; N e = 30 in the tail (lambda > 1) and 80 below, to a tenth."""
    values = make_modes()["omega"].to_numpy() ** -2.0
    force = np.where(values > 1, 30, 80) / ENSEMBLE.particles * (1 + 0.1 * np.random.default_rng(9).standard_normal(len(values)))
    columns = {"lambda": values, "participation_force": force, "participation_displacement": 2 * force}
    return many_rows("bond_operator", ENSEMBLE.modes, mode=np.tile(np.arange(ENSEMBLE.modes), SAMPLES), **columns)


def make_pinching() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    total = SAMPLES * BONDS
    force = 10 ** rng.uniform(-5, 1, total)
    force[::50] *= -1
    omega = np.where(np.abs(force) < 1e-2, 1.5, 2.5) + 0.2 * rng.standard_normal(total)
    i = np.tile(np.arange(BONDS), SAMPLES)
    return many_rows("pinching", BONDS, i=i, j=i + 1, force=force, force_reduced=force, omega=omega)


def make_liquids() -> pd.DataFrame:
    """Runs of one length, four fifths of the one asked for."""
    return sample_rows("liquids", sweeps=np.full(SAMPLES, RUN), sweeps_asked=np.full(SAMPLES, 1.25 * RUN))


def make_relaxation() -> pd.DataFrame:
    """Overlaps of runs of two lengths, energies at the ends of 16 blocks."""
    rng = np.random.default_rng(6)
    times = np.array([1.0, 10.0, 100.0, 1000.0])
    lengths = np.where(np.arange(SAMPLES) % 3 == 0, 3, 4)
    time = np.concatenate([times[:length] for length in lengths])
    frame = many_rows("relaxation", lengths, time=time, value=np.exp(-time / 200) + 0.01 * rng.standard_normal(len(time)), series="overlap")
    times = np.tile(RUN / 16 * np.arange(1, 17), SAMPLES)
    energy = many_rows("relaxation", 16, time=times, value=np.exp(-times / 300) - 3 + 0.01 * rng.standard_normal(len(times)), series="energy")
    return pd.concat([frame, energy], ignore_index=True)


def make_vibrability_field() -> pd.DataFrame:
    """Psi of every particle, one row each."""
    psi = np.random.default_rng(8).lognormal(-2, 0.8, SAMPLES * ENSEMBLE.particles)
    return pd.DataFrame({"sample": np.repeat(np.arange(SAMPLES), ENSEMBLE.particles), "vibrability": psi, "flag": ""})


@cache
def made(name: str) -> pd.DataFrame:
    """The rows of a table, or of a field, of all samples."""
    makers = {
        one.__name__: one
        for one in (make_elasticity, make_modes, make_bond_operator, make_pinching, make_liquids, make_relaxation, make_vibrability_field)
    }
    return makers[f"make_{name}"]() if f"make_{name}" in makers else sample_rows(name)


Change = Callable[[pd.DataFrame], pd.DataFrame]


class Aggregation:
    """Writes batches into a folder and aggregates them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def write(
        self, name: str, files: int = 1, order: Sequence[int] | None = None, change: Change | None = None, point: Point = POINT, **origin: object
    ) -> list[Path]:
        """The batches of a table or field, `files` of them, with the samples in an order and after a change of their rows."""
        frame = (change or (lambda data: data))(made(name))
        rows_of, paths = dict(tuple(frame.groupby("sample"))), []
        for part in np.array_split(np.arange(SAMPLES) if order is None else order, files):
            rows = [rows_of[sample] for sample in part if sample in rows_of]
            self.number += 1
            path = self.folder / str(self.number) / name
            if name in FIELDS:
                paths.append(path.with_suffix(".gsd"))
                entries = [(int(sample), None, *_arrays(one)) for one in rows for sample in one["sample"].unique()]
                write_fields(paths[-1], FIELDS[name], entries, origin)
            else:
                paths.append(path.with_suffix(".parquet"))
                write_table(schema(name), pd.concat(rows or [frame.iloc[:0]]).reset_index(drop=True), paths[-1], origin, Key.of(point))
        return paths

    def __call__(
        self,
        name: str,
        files: int = 1,
        order: Sequence[int] | None = None,
        change: Mapping[str, Change] | None = None,
        point: Point = POINT,
        ensemble: Ensemble = ENSEMBLE,
        **settings: object,
    ) -> tuple[pd.DataFrame, ...]:
        """The frames of an observable's average; `change` is by table."""
        one: Observable = declarations()[name]
        function = function_of(module_of(name, "aggregate"), one.aggregate)
        paths = {source: self.write(source, files, order, (change or {}).get(source), point) for source in sources(name)}
        return function(**paths, ensemble=ensemble, **{**SETTINGS.get(name, {}), **settings})


def _arrays(rows: pd.DataFrame) -> tuple[dict[str, np.ndarray], str]:
    flag = rows["flag"].iloc[0]
    return ({} if flag else {"vibrability": rows["vibrability"].to_numpy()}), flag


def values(estimates: pd.DataFrame, quantity: str) -> np.ndarray:
    """A quantity's replicates."""
    return estimates.loc[estimates["quantity"] == quantity, "value"].to_numpy()


def counts(estimates: pd.DataFrame, quantity: str) -> tuple[int, int]:
    """Samples that a quantity uses, and those left out."""
    row = estimates[estimates["quantity"] == quantity].iloc[0]
    return row["samples"], row["flagged"]


def assert_same(found: Sequence[pd.DataFrame], expected: Sequence[pd.DataFrame], rtol: float = 1e-12) -> None:
    """Frames that are equal but for rounding."""
    for one, other in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=rtol, atol=0, check_exact=False)


def flag_samples(*samples: int, reason: str = "not equilibrated") -> Change:
    """A change of a table: these samples have one row of NaN with a flag."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        kept = frame[~frame["sample"].isin(samples)]
        blank = next((table.row() for table in TABLES.values() if set(table.names) == set(frame.columns)), FIELD_ROWS)
        flagged = pd.DataFrame([{**blank, "sample": sample, "flag": reason} for sample in samples])
        return pd.concat([kept, flagged], ignore_index=True) if len(kept) else flagged

    return change


def drop_samples(*samples: int) -> Change:
    """A change of a table: these samples are not in it."""
    return lambda frame: frame[~frame["sample"].isin(samples)]


def weights() -> np.ndarray:
    """Bootstrap weights of all samples."""
    return ENSEMBLE.weights(np.arange(SAMPLES))
