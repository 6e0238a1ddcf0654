"""What is published of key cores and of their modes, beside the coldest ensemble: of glasses, or of a crystal."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.aggregation.shown import add_coldest
from vitrine.observables.key_cores import OF_MODE

CRYSTAL = {"crystal_transverse": "qlm_transverse", "crystal_key_core": "string_size"}


def fit_key_cores(rows: Rows, results: Results) -> None:
    """Shares and correlations of the softest modes, sizes of cores, strings and squares; of a crystal what was published of one."""
    if "ipl_crystal" in results.settings.published:
        add_coldest(rows, results, CRYSTAL)
        return
    names = (*(f"qlm_{name}" for name, _ in OF_MODE), "core_size", "square_size")
    add_coldest(rows, results, {name: name for name in names})
