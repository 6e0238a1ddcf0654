"""The benchmarks' own arithmetic: power laws, targets, and the text that they put into files."""

import numpy as np
import pandas as pd
import pytest
from vitrine.errors import InputError

from benchmarks import fits, scaling, table


def test_a_power_law_is_found_again():
    particles, number = np.array([500.0, 1000, 2000, 4000, 4000]), np.array([20.0, 20, 100, 20, 500])
    law = fits.power_law(particles, 3.0 * (particles / 1000) ** 1.7 * (number / 20) ** 0.4, number)
    assert law["prefactor"] == pytest.approx(3)
    assert law["exponent"] == pytest.approx(1.7)
    assert law["number_exponent"] == pytest.approx(0.4)
    assert law["exponent_error"] == pytest.approx(0, abs=1e-12)


def test_the_error_of_an_exponent_is_its_spread():
    rng = np.random.default_rng(0)
    particles = np.geomspace(500, 64_000, 8)
    laws = [fits.power_law(particles, particles**1.5 * np.exp(0.1 * rng.standard_normal(8))) for _ in range(2000)]
    spread = np.std([law["exponent"] for law in laws])
    assert np.sqrt(np.mean([law["exponent_error"] ** 2 for law in laws])) == pytest.approx(spread, rel=0.05)
    assert np.sqrt(np.mean([(law["prefactor_error"] / law["prefactor"]) ** 2 for law in laws])) == pytest.approx(
        np.std([np.log(law["prefactor"]) for law in laws]), rel=0.05
    )


def test_two_sizes_fix_a_law_without_an_error():
    law = fits.power_law(np.array([1000.0, 2000]), np.array([1.0, 8.0]))
    assert law["exponent"] == pytest.approx(3)
    assert np.isnan(law["exponent_error"])


def test_steps_are_fitted_over_the_larger_sizes():
    rows = []
    for particles in (256, 500, 1000, 2000):
        key = {"step": "quench", "dimension": 3, "solver": "", "number": 0, "particles": particles}
        seconds, megabytes = (99.0, 0.0) if particles == 256 else (2.0 * (particles / 1000) ** 1.2, 5.0 * (particles / 1000) ** 2)
        rows += [{**key, "quantity": "seconds", "value": seconds}, {**key, "quantity": "megabytes", "value": megabytes}]
    (law,) = fits.fit_steps(pd.DataFrame(rows)).to_dict("records")
    assert (law["a"], law["b"], law["m"], law["c"]) == pytest.approx((2, 1.2, 5, 2))
    assert (law["smallest"], law["largest"]) == (500, 2000)


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A table of two steps that this machine took, and the rows of a step that is measured anew."""
    key = {"model": "poly", "dimension": 3, "solver": "", "number": 0, "particles": 256, "quantity": "seconds"}
    rows = [{**key, "step": step, "value": value} for step, value in (("quench", 1.0), ("modes_values", 2.0))]
    scaling.write_table(scaling.SCALING, rows, tmp_path / "scaling.parquet", {"machine": scaling.machine()})
    monkeypatch.setattr(scaling, "step_rows", lambda step, *where: [{**key, "step": step, "value": 3.0}])
    return tmp_path / "scaling.parquet"


def test_one_step_is_measured_anew_and_the_others_stay(measured, monkeypatch):
    monkeypatch.setattr("sys.argv", ["scaling", "--only", "modes_values", "--output", str(measured)])
    scaling.main()
    found = scaling.read_table(scaling.SCALING, measured)
    assert dict(zip(found["step"], found["value"], strict=True)) == {"quench": 1.0, "modes_values": 3.0}


def test_a_step_is_not_measured_anew_on_another_machine(measured, monkeypatch):
    monkeypatch.setattr(scaling, "machine", lambda: {"processor": "another"})
    with pytest.raises(InputError, match="was measured on another machine or with other software; measure all steps anew, without --only"):
        list(scaling.renewed_rows(["modes_values"], "scipy", measured, (256,), 1.0, measured.parent))


def test_without_a_table_no_step_is_measured_anew(measured, monkeypatch):
    measured.unlink()
    monkeypatch.setattr("sys.argv", ["scaling", "--only", "modes_values", "--output", str(measured)])
    with pytest.raises(SystemExit, match="^Error: .*scaling.parquet: not a whole Parquet file"):
        scaling.main()


def test_targets_are_those_of_figure_and_reference():
    rows = [
        ("P(lambda), values", 1.0, "scipy eigh of (StS, M), values", 4.0),
        ("P(lambda), values, N = 500", 1.0, "eigenvalues of the dense A", 20.0),
    ]
    found = table.table_of([*rows, ("time step, KA", 2.0, "one evaluation of the forces", 1.0), ("peak memory of it", 5.0, "8 GB", 8.0, "GB")])
    assert found["ratio"].tolist() == pytest.approx([0.25, 0.05, 2.0, 0.625])
    assert found["target"].tolist() == pytest.approx([0.33, 0.04, np.nan, 1.0], nan_ok=True)
    assert found["unit"].tolist() == ["s", "s", "s", "GB"]
    lines = table.as_text(found).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["yes", "NO", "2", "yes"]
