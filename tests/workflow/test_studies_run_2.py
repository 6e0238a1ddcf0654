"""The others of the published studies run to their end where they are cut short: nothing is shipped that nobody ran."""

import numpy as np
import pandas as pd
import pytest
from cut_studies import REPOSITORY, WHOLE, by_name, run_to_its_end, with_examples
from shortened import shortened

from examples.write_eam_table import published


@pytest.mark.slow
@pytest.mark.parametrize("path", WHOLE[1::2], ids=by_name)
def test_study_runs_to_its_end(workflow, overlay, tmp_path, path):
    with_examples(tmp_path)
    run_to_its_end(workflow, overlay, tmp_path, path)


@pytest.mark.slow
def test_the_metal_of_the_documentation_runs_to_its_end(workflow, overlay, tmp_path):
    """docs/softness_cuzr.yaml, cut short, where its published table can be had: numbers wherever it measures."""
    table, path = published("Cu64Zr36"), REPOSITORY / "docs" / "softness_cuzr.yaml"
    if table is None:
        pytest.skip("the published table is absent: Debian's package openkim-models has it")
    (tmp_path / "CuZr.eam.fs").write_bytes(table)
    metal = overlay({"model": {"eam": {"table": str(tmp_path / "CuZr.eam.fs")}}})
    run = workflow(tmp_path, path, metal, overlay(shortened(REPOSITORY / "config.yaml", path, metal)))
    assert "steps (100%) done" in run.succeed()
    quantities = pd.read_parquet(tmp_path / "results" / "softness_cuzr" / "tables" / "quantities.parquet")
    measured = sum(place.measured for place in run.resolved().places.values())
    for name in ("softness_largest", "hop_square_all", "escape_all", "tension_a"):
        values = quantities.loc[quantities["quantity"] == name, "value"]
        assert len(values) == measured > 0 and np.isfinite(values).all(), name
