"""A sample file that cannot be used is flagged with its reason, counted, and left out of every average."""

import gsd.hoomd
import numpy as np
import pandas as pd
import pytest

HERE = 0.8  # the parent temperature whose first batch is damaged


def truncate(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def poison(path):
    """NaN in the position of one particle of the batch's second sample."""
    with gsd.hoomd.open(path) as trajectory:
        frames = list(trajectory)
    frames[1].particles.position[5] = np.nan
    with gsd.hoomd.open(path, "w", precision="double") as trajectory:
        trajectory.extend(frames)


def replace(path):
    """A text file under the name of a sample file."""
    path.write_text("not a sample\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "lost"), [pytest.param(truncate, 2, marks=pytest.mark.slow), (poison, 1), pytest.param(replace, 2, marks=pytest.mark.slow)]
)
def test_broken_samples_are_flagged_counted_and_left_out(finished, study, workflow, overlay, damage, lost):
    """From the elasticity alone, for time's sake: test_damage.py has every rule."""
    others = dict.fromkeys(set(study.resolved().observables) - {"elasticity", "liquids", "glasses"})
    alone = workflow(study.directory, *study.configs, overlay({"observables": others}))
    path = study.results / f"N160_T{HERE:.4f}" / "00000-00001" / "glasses.gsd"
    damage(path)
    alone.succeed("write_summary")
    quantities, good = (pd.read_parquet(run.results / "tables" / "quantities.parquet") for run in (study, finished))
    shear, before = (frame[frame.quantity == "shear_modulus"].set_index("parent_temperature") for frame in (quantities, good))
    assert before.loc[HERE, "flagged"] == 0 and before.loc[HERE, "samples"] == 3
    assert shear.loc[HERE, "flagged"] == lost
    assert shear.loc[HERE, "samples"] == 3 - lost
    assert np.isfinite(shear.loc[HERE, "value"])
    assert shear.drop(HERE).equals(before.drop(HERE))
    elasticity = pd.read_parquet(path.with_name("elasticity.parquet"))
    flagged = elasticity[elasticity.flag != ""]
    assert len(flagged) == lost and flagged.shear_modulus.isna().all()
    reason = flagged.flag.iloc[0]
    assert reason in (study.results / "summary.md").read_text(encoding="utf-8")
