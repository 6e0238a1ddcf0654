"""Which glass of an ensemble is drawn, and the published numbers that stand beside the coldest ensemble of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vitrine.aggregation.ensemble import Ensemble
from vitrine.aggregation.results import Results, Rows
from vitrine.errors import InputError

NAMED = 12  # indices that a message lists


def sample_to_show(observable: str, candidates: Iterable[int], shown: int | None, ensemble: Ensemble, what: str) -> int | None:
    """The index of the glass that is drawn: the one asked for, or the first of the candidates, None where there are none.

    what: what a candidate has. Raises InputError where the glass that is asked for is not among them.
    """
    known = sorted(int(one) for one in candidates)
    if shown is None:
        return known[0] if known else None
    if shown not in known:
        listed = ", ".join(map(str, known[:NAMED])) + (", ..." if len(known) > NAMED else "")
        allowed = f"allowed are null and {listed}" if known else "no sample of it has; set it to null"
        raise InputError(
            f"config key observables.{observable}.shown is {shown}: that sample of {ensemble.point.words} is none that {what}; {allowed}"
        )
    return shown


def add_coldest(rows: Rows, results: Results, names: Mapping[str, str]) -> None:
    """Quantities of the main series, {name of the fit: quantity}, as rows of the fits: at its lowest T_p, along another axis at the main point.

    The published number of each was taken from glasses of one history alone.
    """
    for fit, name in names.items():
        rows.add_nearest(results, name, 0.0, fit)
