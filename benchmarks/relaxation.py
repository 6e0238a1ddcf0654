"""Relaxation times of POLY from finished studies into the table of the cost model: python -m benchmarks.relaxation results/NAME ...

Of studies of the default glass former made by one sampler, swap Monte Carlo unless --sampler says otherwise. A T_p and N that the table has already
gets the new value; the others stay.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
import yaml
from vitrine.files import whole_file
from vitrine.preparation.samplers import TIMED
from vitrine.runs.cost import RELAXATION_TIMES

COLUMNS = ["parent_temperature", "particles", "relaxation_time", "flag"]  # alone: tables of older versions lack others


def measured(studies: list[Path]) -> pd.DataFrame:
    """T_p, relaxation time of the good liquids [sweeps], its error, samples, of each T_p and N."""
    paths = [path for study in studies for path in sorted(study.glob("N*_T*/[0-9]*-[0-9]*/liquids.parquet"))]
    if not paths:
        raise SystemExit(f"no liquids.parquet below {', '.join(map(str, studies))}")
    liquids = pd.concat([pd.read_parquet(path, columns=COLUMNS) for path in paths])
    good = liquids[(liquids["flag"] == "") & liquids["relaxation_time"].notna()]
    return good.groupby(["parent_temperature", "particles"])["relaxation_time"].agg(time="mean", error="sem", samples="count").reset_index()


def main() -> None:
    """Bring the table up to date."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relaxation", description=__doc__)
    parser.add_argument("studies", type=Path, nargs="+", help="results of finished studies")
    parser.add_argument("--sampler", choices=TIMED, default="swap", help="that of the studies")
    parser.add_argument("--only", type=float, nargs="+", metavar="T_p", help="take these T_p alone")
    arguments = parser.parse_args()
    text = RELAXATION_TIMES.read_text(encoding="utf-8")
    told, head = yaml.safe_load(text), [line for line in text.splitlines() if line.startswith("#")]
    rows = {(row["T_p"], row["particles"]): row for row in told.get(arguments.sampler, [])}
    found = measured(arguments.studies)
    for new in found[found["parent_temperature"].isin(arguments.only or found["parent_temperature"])].itertuples():
        rows[float(new.parent_temperature), int(new.particles)] = {
            "T_p": float(new.parent_temperature),
            "sweeps": float(f"{new.time:.4g}"),
            "error": float(f"{new.error:.2g}"),
            "samples": int(new.samples),
            "particles": int(new.particles),
        }
    told[arguments.sampler] = [rows[T_p, particles] for T_p, particles in sorted(rows, key=lambda key: (-key[0], key[1]))]
    with whole_file(RELAXATION_TIMES) as partial:
        partial.write_text("\n".join([*head, yaml.safe_dump(told, default_flow_style=None, sort_keys=False, width=150)]), encoding="utf-8")


if __name__ == "__main__":
    main()
