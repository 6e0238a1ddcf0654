"""Contacts of an ensemble and Poisson's ratio: replicates by hand, and the limits of the ratio."""

import numpy as np
import pytest
from aggregated import counts, values
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, StudySettings
from vitrine.observables import declarations
from vitrine.observables.contacts import CONTACTS
from vitrine.observables.contacts.aggregate import QUANTITIES, aggregate_contacts
from vitrine.observables.elasticity import derive as elasticity
from vitrine.observables.soft_spots import derive as soft_spots
from vitrine.parquet import Key, write_table
from vitrine.points import AXES, DIMENSION, Point


def test_means_of_an_ensemble(tmp_path):
    """Each replicate is a mean with weights; a flagged sample is in none, and derived quantities are no part of it."""
    point, rng = Point.plain(100, 0.5), np.random.default_rng(3)
    ensemble = Ensemble(point, dimension=3, seed=2, replicates=12)
    numbers = {name: rng.uniform(0.1, 1.0, 9) for name in QUANTITIES}
    rows = [
        CONTACTS.row(sample=k, backbone=90 + k, touching_pairs=300, **{name: one[k] for name, one in numbers.items()}) for k in rng.permutation(9)
    ]
    rows.append(CONTACTS.row(sample=9, flag="not rigid: few"))
    write_table(CONTACTS, rows, tmp_path / "contacts.parquet", {}, Key.of(point))
    estimates, flags = aggregate_contacts([tmp_path / "contacts.parquet"], ensemble)
    weights = ensemble.weights(np.arange(9))
    for name, one in numbers.items():
        np.testing.assert_allclose(values(estimates, name), [weight @ one / weight.sum() for weight in weights], rtol=1e-12)
        assert counts(estimates, name) == (9, 1)
    assert flags["flag"].tolist() == ["not rigid: few"]
    assert set(QUANTITIES) == {one.name for one in declarations()["contacts"].quantities} - {"p_over_K", "G_over_K"}


def results(axes, ensembles) -> Results:
    return Results(StudySettings(axes, next(iter(ensembles)), axes[0].name, 3, 0.6, 0.9, observables=("elasticity",)), ensembles, 2.0)


def own(**numbers) -> dict[str, Estimate]:
    return {name: Estimate(np.array([value, 1.1 * value]), "1", 5, 0) for name, value in numbers.items()}


@pytest.mark.parametrize(("d", "bulk", "shear", "expected"), [(3, 1.0, 0.0, 0.5), (3, 2 / 3, 1.0, 0.0), (2, 1.0, 0.0, 1.0), (2, 1.0, 1.0, 0.0)])
def test_poisson_ratio_in_its_limits(d, bulk, shear, expected):
    """One that keeps its volume, and one that does not widen: (3K - 2G)/(6K + 2G) in space, (K - G)/(K + G) in the plane."""
    one = results((AXES["particles"], DIMENSION), {(100, d): own(bulk_modulus=bulk, shear_modulus=shear)})
    elasticity.add_quantities(one)
    np.testing.assert_allclose(one.ensembles[100, d]["poisson_ratio"].values, expected, atol=1e-12)


def test_prefactor_in_units_of_its_own_glass():
    """A_g (c_s/a0)^5 with the spacing of the ensemble, and of the study where it has none; replicate by replicate, for both estimates of A_g."""
    axes = (AXES["particles"], AXES["parent_temperature"])
    numbers = {"omega_g": 2.0, "c_s": 3.0, "A_g": 0.01, "A_g_ml": 0.02}
    one = results(axes, {(100, 0.5): own(**numbers, spacing=1.5), (200, 0.5): own(**numbers)})
    soft_spots.add_quantities(one)
    for key, spacing in (((100, 0.5), np.array([1.5, 1.65])), ((200, 0.5), 2.0)):
        for name, prefactor in (("A_g_omega_0", 0.01), ("A_g_omega_0_ml", 0.02)):
            expected = prefactor * np.array([1, 1.1]) * (3.0 * np.array([1, 1.1]) / spacing) ** 5
            np.testing.assert_allclose(one.ensembles[key][name].values, expected, rtol=1e-12)
