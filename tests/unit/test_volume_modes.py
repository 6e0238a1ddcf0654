"""Parts of the softest modes in the plane: against dense algebra, over an ensemble, and as they are drawn."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from declared import measuring_defaults
from drawn import bars, note, words
from matplotlib.collections import EllipseCollection
from matplotlib.quiver import Quiver
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError, SampleError
from vitrine.geometry import Cells
from vitrine.observables import declarations
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.observables.volume_modes import VOLUME_MODES
from vitrine.observables.volume_modes.aggregate import BINS, aggregate_volume_modes
from vitrine.observables.volume_modes.measure import decompose_modes
from vitrine.observables.volume_modes.volume_modes import plot_volume_modes
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields

FIELD = declarations()["volume_modes"].fields[0]
PSI = declarations()["vibrability"].fields[0]


def psi_of(glass) -> dict:
    return measure_vibrability(glass)["vibrability_field"]


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def test_against_dense_algebra(planar_glass):
    """Modes by the dense Hessian, parts by the pseudo-inverse of the volume matrix, everything else by its definition."""
    n, psi = planar_glass.particles, psi_of(planar_glass)
    given = decompose_modes(planar_glass, psi, modes=6, core_threshold=float(np.quantile(psi["vibrability"], 0.8)))
    rows, field = given["volume_modes"], given["volume_mode_field"]
    stiffness, vectors = np.linalg.eigh(naive.hessian(planar_glass))
    matrix = Cells.of(planar_glass).volume_matrix.toarray()
    projector = np.linalg.pinv(matrix, rcond=1e-12) @ matrix
    core = psi["vibrability"] > np.quantile(psi["vibrability"], 0.8)
    cells = Cells.of(planar_glass)
    for mode in range(6):
        u = vectors[:, 2 + mode]
        part = projector @ u
        assert rows["omega"][mode] == pytest.approx(np.sqrt(stiffness[2 + mode]), rel=1e-9)
        assert rows["longitudinal"][mode] == pytest.approx(part @ part, rel=1e-6, abs=1e-12)
        assert rows["longitudinal"][mode] + rows["transverse"][mode] == pytest.approx(1, rel=1e-14)
        for name, vector in (("participation", u), ("participation_longitudinal", part), ("participation_transverse", u - part)):
            squares = np.sum(vector.reshape(-1, 2) ** 2, axis=1)
            assert rows[name][mode] == pytest.approx(squares.sum() ** 2 / (n * np.sum(squares**2)), rel=1e-6)
        projected = -u.reshape(-1, 2).copy()
        for i, j, r in zip(cells.i, cells.j, cells.vectors, strict=True):
            projected[i] += np.dot(u.reshape(-1, 2)[j], r) * r / np.dot(r, r)
        div = np.array([np.mean([r @ (projected[j] - projected[a]) for a, j, r in zip(cells.i, cells.j, cells.vectors, strict=True) if a == i])
                        for i in range(n)])  # fmt: skip
        sign = np.sign(field["displacement"].ravel() @ u) if mode == 0 else np.sign(rows["core_divergence"][mode] * div[core].mean())
        lengths = np.linalg.norm(part.reshape(-1, 2), axis=1)
        assert rows["core_divergence"][mode] == pytest.approx(sign * div[core].mean(), rel=1e-6, abs=1e-9)
        pairs = {
            "psi_longitudinal": (psi["vibrability"], lengths),
            "psi_divergence": (psi["vibrability"], sign * div),
            "psi_absolute": (psi["vibrability"], np.abs(div)),
            "longitudinal_divergence": (lengths, sign * div),
            "longitudinal_absolute": (lengths, np.abs(div)),
        }
        for name, (a, b) in pairs.items():
            assert rows[name][mode] == pytest.approx(np.corrcoef(a, b)[0, 1], rel=1e-5, abs=1e-8)
        if mode == 0:
            np.testing.assert_allclose(field["displacement"].ravel(), sign * u, atol=1e-8)
            np.testing.assert_allclose(field["longitudinal"].ravel(), sign * part, atol=1e-7)
            np.testing.assert_allclose(field["divergence"], sign * div, atol=1e-7)


def test_defaults_are_the_declared_ones(planar_glass):
    declared = decompose_modes(planar_glass, psi_of(planar_glass), **measuring_defaults("volume_modes"))
    plain = decompose_modes(planar_glass, psi_of(planar_glass))
    assert len(plain["volume_modes"]["mode"]) == 20
    np.testing.assert_array_equal(plain["volume_modes"]["longitudinal"], declared["volume_modes"]["longitudinal"])


def test_no_more_modes_than_there_are_and_no_core(planar_glass):
    rows = decompose_modes(planar_glass, psi_of(planar_glass), modes=1000, core_threshold=1e9)["volume_modes"]
    assert len(rows["mode"]) == 2 * 63 and np.isnan(rows["core_divergence"]).all()
    # Over all modes the parts are the projector's: its trace is the number of areas that are free.
    assert rows["longitudinal"].sum() == pytest.approx(63, rel=1e-9)


def test_in_space_it_is_refused(glass):
    with pytest.raises(SampleError, match="two dimensions alone"):
        decompose_modes(glass, {"vibrability": np.ones(glass.particles)})


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(planar_glass, tmp_path_factory):
    """Two glasses and a flagged one: their rows, and what is averaged of them."""
    folder, point = tmp_path_factory.mktemp("volume"), Point.plain(64, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=7)
    glasses = [dataclasses.replace(naive.quenched(naive.poly(**naive.PLANAR), 64, 0.6, seed=seed), index=seed) for seed in range(3)]
    psi = [psi_of(one) for one in glasses]
    given = [decompose_modes(one, own, modes=5) for one, own in zip(glasses, psi, strict=True)]
    rows = [VOLUME_MODES.row(sample=0, flag="not a minimum")]
    for index in (1, 2):
        columns = given[index]["volume_modes"]
        rows += [VOLUME_MODES.row(sample=index, **{name: values[mode] for name, values in columns.items()}) for mode in range(5)]
    write_table(VOLUME_MODES, rows, folder / "volume_modes.parquet", {}, Key.of(point))
    for field, name, parts in ((FIELD, "volume_mode_field", [one["volume_mode_field"] for one in given]), (PSI, "vibrability_field", psi)):
        entries = [(0, glasses[0], {}, "not a minimum"), *((k, glasses[k], parts[k], "") for k in (1, 2))]
        write_fields(folder / f"{name}.gsd", field, entries, {})
    files = tuple([folder / f"{name}"] for name in ("volume_modes.parquet", "volume_mode_field.gsd", "vibrability_field.gsd"))
    return glasses, given, psi, ensemble, aggregate_volume_modes(*files, ensemble), files


def test_estimates_are_means_of_the_softest_modes(averaged):
    _, given, _, ensemble, (estimates, *_), _ = averaged
    shares = [given[index]["volume_modes"]["transverse"][0] for index in (1, 2)]
    weights = ensemble.weights(np.array([1, 2]))
    expected = [np.average(shares, weights=weight) if weight.sum() else np.nan for weight in weights]
    found = estimates[estimates["quantity"] == "transverse_share"]
    np.testing.assert_allclose(found["value"], expected, rtol=1e-12)
    assert set(found["samples"]) == {2} and set(found["flagged"]) == {1}


def test_shares_against_frequency_are_means_in_bins(averaged):
    _, given, _, _, (_, spectrum, _, _), _ = averaged
    omega = np.concatenate([given[index]["volume_modes"]["omega"] for index in (1, 2)])
    share = np.concatenate([given[index]["volume_modes"]["longitudinal"] for index in (1, 2)])
    assert spectrum["count"].sum() == 10
    for _, row in spectrum.iterrows():
        inside = (omega >= row["omega_low"]) & (omega < row["omega_high"])
        assert row["count"] == inside.sum() and row["longitudinal"] == pytest.approx(share[inside].mean(), rel=1e-12)
        assert row["omega_low"] in BINS.edges


def test_the_map_is_that_of_the_first_good_glass(averaged):
    glasses, given, psi, _, (_, _, shown, flags), _ = averaged
    assert set(shown["sample"]) == {1} and flags["flag"].tolist() == ["not a minimum"]
    np.testing.assert_allclose(shown[["x", "y"]] % np.diag(glasses[1].box), glasses[1].positions % np.diag(glasses[1].box), atol=1e-9)
    np.testing.assert_allclose(shown[["u_x", "u_y"]], given[1]["volume_mode_field"]["displacement"], rtol=1e-12)
    np.testing.assert_allclose(shown["psi"], psi[1]["vibrability"], rtol=1e-12)
    assert shown["omega"].iloc[0] == given[1]["volume_modes"]["omega"][0]


def test_the_glass_that_is_drawn_is_the_one_asked_for(averaged):
    _, _, _, ensemble, _, files = averaged
    assert set(aggregate_volume_modes(*files, ensemble, shown=2)[2]["sample"]) == {2}
    with pytest.raises(InputError, match=r"volume_modes.shown is 0: that sample of .* is none that is good; allowed are null and 1, 2"):
        aggregate_volume_modes(*files, ensemble, shown=0)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(averaged):
    """The figure, with the tables behind it."""
    study = Study((0.6,))
    _, _, _, _, (_, spectrum, shown, _), _ = averaged
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (shown, spectrum)]
    row = {"quantity": "transverse_share", "value": 0.8, "error": 0.1, "unit": "1", "samples": 2, "flagged": 1, "flag": ""}
    quantities = pd.DataFrame([row]).assign(particles=study.particles, parent_temperature=0.6)
    settings = settings_of(study, options={"volume_modes": {"core_threshold": 0.05, "modes": 5}})
    return plot_volume_modes(*keyed, quantities, settings), keyed


def test_arrows_are_the_parts_of_the_mode_to_one_scale(drawn):
    figure, (shown, _) = drawn
    u, part = shown[["u_x", "u_y"]].to_numpy(), shown[["longitudinal_x", "longitudinal_y"]].to_numpy()
    longest = 3 * shown["size"].mean()
    scale = longest / np.linalg.norm(u, axis=1).max()
    for ax, field in zip(figure.axes[:3], (u, u - part, part), strict=True):
        (quiver,) = (one for one in ax.collections if isinstance(one, Quiver))
        seen = np.linalg.norm(field, axis=1) * scale >= 0.02 * longest
        np.testing.assert_allclose(np.column_stack([quiver.U, quiver.V]), scale * field[seen], rtol=1e-9)
        np.testing.assert_allclose(quiver.get_offsets(), shown.loc[seen, ["x", "y"]])
        assert quiver.scale == 1.0 and ax.get_aspect() == 1.0
    share = np.sum(part**2)
    assert f"{1 - share:.3f}" in figure.axes[1].get_title(loc="left") and f"{share:.3f}" in figure.axes[2].get_title(loc="left")


def test_the_divergence_colours_particles_and_psi_lies_against_the_longitudinal_part(drawn):
    figure, (shown, _) = drawn
    (discs,) = (one for one in figure.axes[3].collections if isinstance(one, EllipseCollection))
    psi, core = (one for one in figure.axes[4].collections if isinstance(one, EllipseCollection))
    np.testing.assert_allclose(psi.get_array(), np.log10(shown["psi"]))
    np.testing.assert_allclose(core.get_offsets(), shown.loc[shown["psi"] > 0.05, ["x", "y"]])
    scattered = figure.axes[6].lines[0]
    np.testing.assert_allclose(scattered.get_xydata(), shown[["psi", "divergence"]])
    both = [np.corrcoef(shown["psi"], values)[0, 1] for values in (shown["divergence"], shown["divergence"].abs())]
    assert f"r = {both[0]:.2f}, |.|: {both[1]:.2f}" in figure.axes[6].get_title(loc="left")
    np.testing.assert_allclose(discs.get_array(), shown["divergence"])
    assert discs.get_clim() == (-np.abs(shown["divergence"]).max(), np.abs(shown["divergence"]).max())
    points, threshold = figure.axes[5].lines
    lengths = np.hypot(shown["longitudinal_x"], shown["longitudinal_y"])
    np.testing.assert_allclose(points.get_xydata(), np.column_stack([shown["psi"], lengths]))
    assert set(threshold.get_xdata()) == {0.05}
    assert f"r = {np.corrcoef(shown['psi'], lengths)[0, 1]:.2f}" in figure.axes[5].get_title(loc="left")


def test_shares_are_drawn_with_their_errors(drawn):
    figure, (_, spectrum) = drawn
    (points,) = bars(figure.axes[7])
    np.testing.assert_allclose(points.x, np.sqrt(spectrum["omega_low"] * spectrum["omega_high"]))
    np.testing.assert_allclose(points.y, spectrum["longitudinal"])
    np.testing.assert_allclose(points.up, np.nan_to_num(spectrum["longitudinal_error"]), atol=1e-12)
    assert figure.axes[7].get_xscale() == "log" and "2 samples" in note(figure)


def test_without_a_glass_in_the_plane_the_panels_say_so(drawn):
    _, (shown, spectrum) = drawn
    study = Study((0.6,))
    settings = settings_of(study, options={"volume_modes": {"core_threshold": 0.05, "modes": 5}})
    row = {"quantity": "transverse_share", "value": np.nan, "error": np.nan, "unit": "1", "samples": 0, "flagged": 1, "flag": ""}
    quantities = pd.DataFrame([row]).assign(particles=study.particles, parent_temperature=0.6)
    assert "no glass in the plane" in words(plot_volume_modes(shown.iloc[:0], spectrum.iloc[:0], quantities, settings))
