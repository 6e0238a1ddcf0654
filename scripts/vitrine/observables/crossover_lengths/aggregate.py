r"""xi_co, A_1, xi_QLM and A_2 of all ensembles of a study, by collapse of r^2d c(r) = A f(r/xi) (002, Figs. S2 and S4).

All ensembles of a study are collapsed onto one curve f. A collapse fixes lengths and factors up to one common of each: those of the hottest ensemble,
the largest of them where several are as hot, are one. (r is in a0 of each ensemble.) A replicate of one ensemble is collapsed with the same replicate
of the others, so that errors follow. Where no ensemble has a parent temperature the last one is the reference.

NOTE: the papers collapse by eye, and tell neither the distances that take part nor how the common factor is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame
from vitrine.aggregation.results import joined
from vitrine.observables.crossover_lengths import DECAY_COLLAPSE
from vitrine.observables.response_decay import DECAY_REPLICATES, KINDS
from vitrine.observables.response_decay.aggregate import distances_of
from vitrine.parquet import read_provenance, read_table
from vitrine.provenance import check_identity
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import standard_error
from vitrine.statistics.collapse import Collapse, Curve, collapse
from vitrine.tables import ESTIMATES, FLAGS

NAMES = {"pinch": ("xi_co", "A_1", "pinch_exponent"), "quartic": ("xi_qlm", "A_2", "quartic_exponent")}
FAR_FIELD = "the far field is not reached"
LOOSE, UNFIXED = 0.5, "the collapse does not fix it"  # standard error of ln xi from which a length is not known


def collapse_decays(
    decay_replicates: Sequence[str | Path],
    response_decay_estimates: Sequence[str | Path],
    ensembles: Sequence[Ensemble],
    nearest: float,
    farthest: float,
    far_field: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, decay_collapse, flags) of all ensembles, each frame with the key of its point.

    The files of an ensemble are those of the same place in each list. A length is flagged where the outermost exponent of its c(r) is not within
    `far_field` of -2d: the bend that fixes it is then seen in part alone. It is flagged too where its error is above a half: the curve has no bend.
    """
    for ensemble, *paths in zip(ensembles, decay_replicates, response_decay_estimates, strict=True):
        for path in map(Path, paths):
            check_identity(path, read_provenance(path), ensemble.identities.get(path.stem, ""))
    tables = [read_table(DECAY_REPLICATES, path) for path in decay_replicates]
    told = [read_table(ESTIMATES, path) for path in response_decay_estimates]
    estimates: list[dict[str, Estimate]] = [{} for _ in ensembles]
    drawn: list[list[pd.DataFrame]] = [[] for _ in ensembles]
    for kind in KINDS:
        curves = [_curve(table, kind, ensemble) for table, ensemble in zip(tables, ensembles, strict=True)]
        inside = [_inside(curve, ensemble, nearest, farthest) for curve, ensemble in zip(curves, ensembles, strict=True)]
        found = collapse(inside, reference(ensembles))
        for place, ensemble in enumerate(ensembles):
            flag = _not_far(told[place], NAMES[kind][2], ensemble.dimension, far_field)
            rows = tables[place][tables[place]["kind"] == kind]
            samples = int(rows["samples"].iloc[0]) if len(rows) else 0
            estimates[place] |= _estimates(kind, found, place, samples, flag, ensemble.rows)
            drawn[place].append(_collapsed(kind, curves[place], inside[place], found, place))
    frames = [[estimates_frame(ensemble, own) for ensemble, own in zip(ensembles, estimates, strict=True)], [pd.concat(one) for one in drawn]]
    keyed = [[ensemble.keyed(frame) for frame, ensemble in zip(part, ensembles, strict=True)] for part in frames]
    flags = ensembles[0].keyed(Ledger("crossover_lengths").frame()[FLAGS.names])
    return pd.concat(keyed[0], ignore_index=True), pd.concat(keyed[1], ignore_index=True), flags


def reference(ensembles: Sequence[Ensemble]) -> int:
    """The ensemble whose length and factor are one: the hottest, of these the largest; the last where none has a temperature."""
    temperatures = np.array([ensemble.point.parent_temperature for ensemble in ensembles], dtype=float)
    if not np.any(np.isfinite(temperatures)):
        return len(ensembles) - 1
    sizes = np.array([ensemble.particles for ensemble in ensembles], dtype=float)
    return int(np.lexsort((sizes, np.nan_to_num(temperatures, nan=-np.inf)))[-1])


def _curve(table: pd.DataFrame, kind: str, ensemble: Ensemble) -> Curve:
    """ln((r/a0)^2d c) of one kind of an ensemble, and its errors."""
    rows = table[table["kind"] == kind].sort_values(["bin", "replicate"])
    values = rows["projection"].to_numpy(dtype=float).reshape(-1, ensemble.rows).T
    distances = distances_of(rows.drop_duplicates("bin"))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values * distances ** (2 * ensemble.dimension))
    return Curve(np.log(distances), logs, standard_error(logs))


def _inside(curve: Curve, ensemble: Ensemble, nearest: float, farthest: float) -> Curve:
    """The curve with NaN where it takes no part."""
    box = ensemble.particles ** (1 / ensemble.dimension)
    kept = (curve.log_r >= np.log(nearest)) & (curve.log_r <= np.log(farthest * box))
    # A replicate that drew no sample has no curve: it gets the estimate's, so that the others keep theirs, and its error is large anyway.
    whole = np.where(np.isfinite(curve.log_y), curve.log_y, curve.log_y[:1])
    return Curve(curve.log_r, np.where(kept, whole, np.nan), curve.errors)


def _not_far(told: pd.DataFrame, exponent: str, dimension: int, share: float) -> str:
    """Why the far field is not reached; empty where it is."""
    rows = told[told["quantity"] == exponent].sort_values("replicate")
    values = rows["value"].to_numpy(dtype=float)
    if not len(values) or not np.isfinite(values[0]):
        return f"{FAR_FIELD}: no exponent of c(r)"
    if values[0] <= -(1 - share) * 2 * dimension:
        return ""
    return f"{FAR_FIELD}: the outermost exponent of c(r) is {values[0]:.1f}, not {-2 * dimension}"


def _estimates(kind: str, found: Collapse, place: int, samples: int, flag: str, rows: int) -> dict[str, Estimate]:
    """Length, factor and misfit of one ensemble."""
    length, factor, _ = NAMES[kind]
    misfit = np.full(rows, np.nan)
    misfit[0] = found.misfit[place]
    error = standard_error(found.log_xi[:, place])
    loose = UNFIXED if np.isfinite(found.log_xi[0, place]) and not error < LOOSE else ""
    values = {length: np.exp(found.log_xi[:, place]), factor: np.exp(found.log_a[:, place]), f"{length}_misfit": misfit}
    return {name: Estimate(one, NONE, samples, 0, "" if name.endswith("misfit") else joined((flag, loose))) for name, one in values.items()}


def _collapsed(kind: str, curve: Curve, inside: Curve, found: Collapse, place: int) -> pd.DataFrame:
    """The curve of one ensemble as it lies on the common one; as it is where it takes no part."""
    length, factor = (np.exp(np.nan_to_num(logs[0, place])) for logs in (found.log_xi, found.log_a))
    distances, values = np.exp(curve.log_r), np.exp(curve.log_y)
    columns = {
        "kind": np.full(len(distances), kind, dtype=object),
        "distance": distances,
        "scaled_distance": distances / length,
        "scaled_decay": values[0] / factor,
        "scaled_error": standard_error(values) / factor,
        "taken": inside.taken & found.taken[place],
    }
    return pd.DataFrame(columns)[DECAY_COLLAPSE.names]
