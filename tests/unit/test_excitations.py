"""Small deformations of planar glasses: against dense responses, in proportion to the strain, over an ensemble, and as they are drawn."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from declared import measuring_defaults
from drawn import bars, note, words
from matplotlib.quiver import Quiver
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.observables import declarations
from vitrine.observables.excitations import EXCITATIONS
from vitrine.observables.excitations.aggregate import FIELDS, aggregate_excitations
from vitrine.observables.excitations.excitations import PANELS, plot_excitations
from vitrine.observables.excitations.measure import PROTOCOLS, deform_samples, nonaffine_displacement
from vitrine.observables.volume_modes import VOLUME_MODES
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields


def softest(glass) -> dict:
    """The softest mode by the dense Hessian, as the observable volume_modes gives it."""
    return {"displacement": np.linalg.eigh(naive.hessian(glass))[1][:, 2].reshape(-1, 2)}


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def test_against_dense_responses(planar_glass):
    """u = -H^+ d(-F)/d gamma with forces by finite strains of the naive energy's gradient, and overlaps by their definition."""
    mode = softest(planar_glass)
    rows = deform_samples(planar_glass, mode)["excitations"]
    assert list(rows["protocol"]) == list(PROTOCOLS) and list(rows["strain"]) == [3e-5, -3e-5, 4e-5, -4e-5]
    inverse = naive.pseudo_inverse(naive.hessian(planar_glass), 2)
    for direction, places in ((np.array([[0, 1.0], [0, 0]]), (0, 1)), (np.array([[1.0, 0], [0, 0]]), (2, 3))):
        step = 1e-5
        forces = [naive.forces(naive.strained(planar_glass, np.eye(2) + sign * step * direction)) for sign in (1, -1)]
        response = inverse @ ((forces[0] - forces[1]) / (2 * step)).ravel()
        expected = abs(response @ mode["displacement"].ravel()) / np.linalg.norm(response)
        np.testing.assert_allclose(rows["overlap_linear"][list(places)], expected, rtol=1e-5)
        np.testing.assert_allclose(rows["amplitude"][list(places)], np.linalg.norm(response), rtol=0.02)
        np.testing.assert_allclose(rows["overlap"][list(places)], expected, atol=0.02)


def test_the_step_comes_to_its_linear_response_in_proportion_to_the_strain(planar_glass):
    mode = softest(planar_glass)
    differences = [deform_samples(planar_glass, mode, shear=g, tension=g)["excitations"]["difference"] for g in (1e-4, 1e-5)]
    np.testing.assert_allclose(differences[0] / differences[1], 10, rtol=0.2)
    assert differences[1].max() < 0.01


def test_forward_and_backward_are_opposite(planar_glass):
    fields = deform_samples(planar_glass, softest(planar_glass), shear=1e-6, tension=1e-6)["excitation_field"]
    assert set(fields) == set(FIELDS.values())
    for one, other in (("shear_forward", "shear_backward"), ("tension", "compression")):
        np.testing.assert_allclose(fields[one], -fields[other], atol=1e-3 * np.abs(fields[one]).max())


def test_the_deformed_glass_is_at_rest_and_nothing_moves_as_a_whole(planar_glass):
    gradient = np.array([[0.0, 1e-3], [0.0, 0.0]])
    moved = nonaffine_displacement(planar_glass, gradient)
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=1e-14)
    affine = naive.strained(planar_glass, np.eye(2) + gradient)
    assert Interactions.of(affine.moved(affine.positions + moved)).residual < 1e-10 < Interactions.of(affine).residual


def test_in_space_it_is_refused_and_defaults_are_declared(glass, planar_glass):
    with pytest.raises(SampleError, match="two dimensions alone"):
        deform_samples(glass, {"displacement": np.ones((glass.particles, 3))})
    mode = softest(planar_glass)
    declared = deform_samples(planar_glass, mode, **measuring_defaults("excitations"))["excitations"]
    np.testing.assert_array_equal(declared["overlap"], deform_samples(planar_glass, mode)["excitations"]["overlap"])


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(tmp_path_factory):
    """Two glasses and a flagged one."""
    folder, point = tmp_path_factory.mktemp("excited"), Point.plain(64, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=7)
    glasses = [dataclasses.replace(naive.quenched(naive.poly(**naive.PLANAR), 64, 0.6, seed=seed), index=seed) for seed in range(3)]
    rows, modes = [EXCITATIONS.row(sample=0, flag="not a minimum")], [VOLUME_MODES.row(sample=0, flag="not a minimum")]
    entries = {name: [(0, glasses[0], {}, "not a minimum")] for name in ("excitation_field", "volume_mode_field")}
    given = {}
    for index in (1, 2):
        mode = softest(glasses[index])
        given[index] = deform_samples(glasses[index], mode)
        columns = given[index]["excitations"]
        rows += [EXCITATIONS.row(sample=index, **{name: values[k] for name, values in columns.items()}) for k in range(4)]
        modes.append(VOLUME_MODES.row(sample=index, mode=0, omega=1.5 * index))
        entries["excitation_field"].append((index, glasses[index], given[index]["excitation_field"], ""))
        entries["volume_mode_field"].append((index, glasses[index], mode, ""))
    for table, own in ((EXCITATIONS, rows), (VOLUME_MODES, modes)):
        write_table(table, own, folder / table.file, {}, Key.of(point))
    for one in ("excitations", "volume_modes"):
        field = declarations()[one].fields[0]
        write_fields(folder / field.file, field, entries[field.name], {})
    names = (EXCITATIONS.file, "excitation_field.gsd", "volume_mode_field.gsd", VOLUME_MODES.file)
    files = tuple([folder / name] for name in names)
    assert set(aggregate_excitations(*files, ensemble, shown=2)[1]["sample"]) == {2}
    return glasses, given, ensemble, aggregate_excitations(*files, ensemble)


def test_overlaps_are_means_over_samples(averaged):
    _, given, ensemble, (estimates, _, flags) = averaged
    weights = ensemble.weights(np.array([1, 2]))
    shear, tension = (np.array([given[index]["excitations"]["overlap"][place] for index in (1, 2)]) for place in (0, 2))
    expected = {"overlap_shear": shear, "overlap_tension": tension, "overlap_larger": np.maximum(shear, tension)}
    expected["step_difference"] = np.array([given[index]["excitations"]["difference"].mean() for index in (1, 2)])
    for name, values in expected.items():
        found = estimates[estimates["quantity"] == name]
        np.testing.assert_allclose(found["value"], [np.average(values, weights=w) if w.sum() else np.nan for w in weights], rtol=1e-12)
    assert flags["flag"].tolist() == ["not a minimum"] and set(estimates["flagged"]) == {1}


def test_the_map_has_every_field_of_the_first_good_glass(averaged):
    glasses, given, _, (_, shown, _) = averaged
    assert set(shown["sample"]) == {1} and set(shown["omega"]) == {1.5} and list(dict.fromkeys(shown["protocol"])) == list(PANELS)
    for name, key in FIELDS.items():
        own, u = shown[shown["protocol"] == name], given[1]["excitation_field"][key]
        np.testing.assert_allclose(own[["u_x", "u_y"]], u / np.linalg.norm(u), rtol=1e-12)
        assert set(own["overlap"]) == {given[1]["excitations"]["overlap"][list(PROTOCOLS).index(name)]}
    box = np.diag(glasses[1].box)
    np.testing.assert_allclose(shown[shown["protocol"] == "mode"][["x", "y"]] % box, glasses[1].positions % box, atol=1e-9)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


def quantities_of(study: Study) -> pd.DataFrame:
    rows = [
        {"quantity": name, "value": value, "error": 0.05, "unit": "1", "samples": 2, "flagged": 1, "flag": ""}
        for name, value in (("overlap_shear", 0.4), ("overlap_tension", 0.6), ("overlap_larger", 0.7))
    ]
    return pd.DataFrame(rows).assign(particles=study.particles, parent_temperature=0.6)


def test_arrows_and_overlaps_are_those_of_the_tables(averaged):
    _, _, _, (_, shown, _) = averaged
    study = Study((0.6,))
    figure = plot_excitations(shown.assign(particles=study.particles, parent_temperature=0.6), quantities_of(study), settings_of(study))
    for ax, name in zip(figure.axes[:5], PANELS, strict=True):
        own = shown[shown["protocol"] == name]
        (quiver,) = (one for one in ax.collections if isinstance(one, Quiver))
        u, longest = own[["u_x", "u_y"]].to_numpy(), 3 * own["size"].mean()
        scaled = u * longest / np.linalg.norm(u, axis=1).max()
        np.testing.assert_allclose(np.column_stack([quiver.U, quiver.V]), scaled[np.linalg.norm(scaled, axis=1) >= 0.02 * longest], rtol=1e-9)
        assert name == "mode" or f"{name}, overlap {own['overlap'].iloc[0]:.2f}" == ax.get_title(loc="left")
    drawn = {one.label: one for one in bars(figure.axes[5])}
    assert {label: one.y.tolist() for label, one in drawn.items()} == {"shear": [0.4], "tension": [0.6], "the larger": [0.7]}
    assert "2 samples" in note(figure)


def test_without_a_glass_in_the_plane_the_panels_say_so(averaged):
    _, _, _, (_, shown, _) = averaged
    study = Study((0.6,))
    empty = shown.iloc[:0].assign(particles=study.particles, parent_temperature=0.6)
    assert "no glass in the plane" in words(plot_excitations(empty, quantities_of(study).iloc[:0], settings_of(study)))
