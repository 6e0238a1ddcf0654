"""Topological defects of softest modes: rows and places by brute force, over an ensemble, and as they are drawn."""

import dataclasses

import naive
import numpy as np
import pandas as pd
import pytest
from declared import measuring_defaults
from drawn import bars, note, words
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_hex
from matplotlib.quiver import Quiver
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError, SampleError
from vitrine.figures.style import PALE
from vitrine.geometry import Cells
from vitrine.geometry.winding import delaunay, grid
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.mode_defects import MODE_DEFECT_PLACES, MODE_DEFECTS
from vitrine.observables.mode_defects.aggregate import FIELDS, aggregate_mode_defects
from vitrine.observables.mode_defects.measure import find_mode_defects, middle_of_square
from vitrine.observables.mode_defects.mode_defects import COLOURS, NEGATIVE, POSITIVE, field_of, plot_mode_defects
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.observables.volume_modes import VOLUME_MODES
from vitrine.observables.volume_modes.measure import decompose_modes
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import write_fields

GRID = {"grid": 1.0, "smoothing": 0.5}


@pytest.fixture(scope="module")
def glass_of_many():
    """A glass of the binary inverse power law in the plane, N = 200, whose box takes the grid."""
    return naive.quenched(glass_former("binary_ipl", published_parameters("binary_ipl")), 200, 0.6, 200, seed=2)


@pytest.fixture(scope="module")
def taken(glass_of_many):
    """Its softest mode with its parts, and a square of four neighbours."""
    psi = measure_vibrability(glass_of_many)["vibrability_field"]
    mode = decompose_modes(glass_of_many, psi, modes=1)["volume_mode_field"]
    return mode, square_at(glass_of_many, int(np.argmax(psi["vibrability"]))), psi


def square_at(glass, centre: int) -> dict:
    """A particle and its three nearest neighbours as the square of a key core."""
    length = glass.box[0, 0]
    about = glass.positions - glass.positions[centre]
    about -= np.rint(about / length) * length
    part = np.zeros(glass.particles)
    part[np.argsort(np.linalg.norm(about, axis=1))[:4]] = 3
    return {"part": part}


def distances(glass, places: np.ndarray, middle: np.ndarray) -> np.ndarray:
    length = glass.box[0, 0]
    apart = places - middle
    return np.linalg.norm(apart - np.rint(apart / length) * length, axis=1)


# --- of one glass -------------------------------------------------------------------------------------------------------------------------------


def test_rows_are_counts_of_charged_plaquettes(glass_of_many, taken):
    mode, core, _ = taken
    given = find_mode_defects(glass_of_many, mode, core)
    table, places = pd.DataFrame(given["mode_defects"]), pd.DataFrame(given["mode_defect_places"])
    u, part = mode["displacement"], mode["longitudinal"]
    middle, near = middle_of_square(glass_of_many, core["part"]), 2.0 * glass_of_many.spacing
    lattice = grid(glass_of_many, 1.0, 0.5)
    assert len(table) == 6
    for _, row in table.iterrows():
        field = {"mode": u, "transverse": u - part, "longitudinal": part}[row["field"]]
        mesh, values = (delaunay(Cells.of(glass_of_many)), field) if row["mesh"] == "particles" else (lattice.mesh, lattice.field(field))
        charges, amplitudes, far = mesh.charges(values), mesh.amplitudes(values), distances(glass_of_many, mesh.centres, middle)
        assert (row["positive"], row["negative"], row["plaquettes"]) == (np.sum(charges > 0), np.sum(charges < 0), len(charges))
        assert np.sum(charges) == 0 and row["faint"] == np.sum((charges != 0) & (amplitudes < 0.2))
        assert row["core_charge"] == charges[far <= near].sum()
        away = (charges != 0) & (far > near)
        assert row["number_density"] == pytest.approx(away.sum() / glass_of_many.volume)
        assert row["number_density_clear"] == pytest.approx(np.sum(away & (amplitudes >= 0.2)) / glass_of_many.volume)
        own = places[(places["field"] == row["field"]) & (places["mesh"] == row["mesh"])]
        np.testing.assert_allclose(own[["x", "y"]], mesh.centres[charges != 0])
        np.testing.assert_array_equal(own["charge"], charges[charges != 0])
        if len(own):
            nearest = distances(glass_of_many, own[["x", "y"]].to_numpy(), middle)
            assert row["nearest_distance"] == pytest.approx(nearest.min()) and row["nearest_charge"] == own["charge"].iloc[nearest.argmin()]


def test_a_quadrupole_has_a_charge_of_minus_one_at_its_core(glass_of_many):
    """u = (sin, -sin) of the two phases about a particle: two in and two out, as a shear; it has -1 where they vanish, in every field that is it."""
    centre, length = 31, glass_of_many.box[0, 0]
    core = square_at(glass_of_many, centre)
    phases = 2 * np.pi * (glass_of_many.positions - middle_of_square(glass_of_many, core["part"])) / length
    u = np.sin(phases) * [1, -1]
    table = pd.DataFrame(find_mode_defects(glass_of_many, {"displacement": u, "longitudinal": np.zeros_like(u)}, core)["mode_defects"])
    for field in ("mode", "transverse"):
        for mesh in ("particles", "grid"):
            row = table[(table["field"] == field) & (table["mesh"] == mesh)].iloc[0]
            assert row["core_charge"] == row["nearest_charge"] == -1 and row["positive"] == row["negative"] == 2
            assert row["nearest_distance"] < glass_of_many.spacing and row["number_density"] == pytest.approx(3 / glass_of_many.volume)


def test_without_a_key_core_there_is_no_charge_of_it(glass_of_many, taken):
    mode, core, _ = taken
    table = find_mode_defects(glass_of_many, mode, {"part": 0 * core["part"]})["mode_defects"]
    assert np.isnan(table["core_charge"]).all() and np.isnan(table["nearest_charge"]).all()
    np.testing.assert_allclose(table["number_density"], (table["positive"] + table["negative"]) / glass_of_many.volume)


def test_what_cannot_be_done_says_so_and_defaults_are_declared(glass, planar_glass, glass_of_many, taken):
    fields = {"displacement": np.ones((glass.particles, 3)), "longitudinal": np.zeros((glass.particles, 3))}
    with pytest.raises(SampleError, match="two dimensions alone"):
        find_mode_defects(glass, fields, {"part": np.zeros(glass.particles)})
    flat = {"displacement": np.ones((64, 2)), "longitudinal": np.zeros((64, 2))}
    with pytest.raises(SampleError, match="too small for a grid"):
        find_mode_defects(planar_glass, flat, {"part": np.zeros(64)}, smoothing=2.0)
    plain, declared = (find_mode_defects(glass_of_many, *taken[:2], **more)["mode_defects"] for more in ({}, measuring_defaults("mode_defects")))
    np.testing.assert_array_equal(plain["number_density_clear"], declared["number_density_clear"])


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(glass_of_many, taken, tmp_path_factory):
    """A flagged glass, one without a key core, and two with one, whose modes are quadrupoles about other particles."""
    folder, point = tmp_path_factory.mktemp("defects"), Point.plain(200, 0.6)
    ensemble = Ensemble(point, dimension=2, seed=1, replicates=7)
    glasses = {index: dataclasses.replace(glass_of_many, index=index, parent_temperature=0.6) for index in range(4)}
    tables = {table.name: (table, [table.row(sample=0, flag="not a minimum")]) for table in (MODE_DEFECTS, MODE_DEFECT_PLACES, VOLUME_MODES)}
    owners = {"volume_modes": "volume_mode_field", "key_cores": "key_core_field", "vibrability": "vibrability_field"}
    entries = {name: [(0, glasses[0], {}, "not a minimum")] for name in owners.values()}
    given = {}
    for index in (1, 2, 3):
        core = square_at(glasses[index], 40 * index)
        mode = taken[0]
        if index > 1:
            phases = 2 * np.pi * (glasses[index].positions - middle_of_square(glasses[index], core["part"])) / glasses[index].box[0, 0]
            u = np.sin(phases) * [1, -1] / 10
            mode = {"displacement": u, "longitudinal": 0.1 * taken[0]["longitudinal"], "divergence": taken[0]["divergence"]}
        else:
            core["part"] *= 0
        given[index] = find_mode_defects(glasses[index], mode, core) | {"mode": mode, "part": core["part"]}
        for name in ("mode_defects", "mode_defect_places"):
            columns = given[index][name]
            number = len(columns["field"])
            tables[name][1].extend(tables[name][0].row(sample=index, **{one: values[k] for one, values in columns.items()}) for k in range(number))
        tables["volume_modes"][1].append(VOLUME_MODES.row(sample=index, mode=0, omega=1.5 * index))
        for name, arrays in (("volume_mode_field", mode), ("key_core_field", core), ("vibrability_field", taken[2])):
            entries[name].append((index, glasses[index], arrays, ""))
    for table, rows in tables.values():
        write_table(table, rows, folder / table.file, {}, Key.of(point))
    for owner, name in owners.items():
        write_fields(folder / f"{name}.gsd", declarations()[owner].fields[0], entries[name], {})
    files = [[folder / file] for file in declarations()["mode_defects"].combines]
    return glasses, given, ensemble, aggregate_mode_defects(*files, ensemble), files


def test_charges_are_means_over_key_cores_and_densities_over_all(averaged):
    _, given, ensemble, (estimates, _, _, flags), _ = averaged
    weights, found = ensemble.weights(np.array([1, 2, 3])), estimates.set_index("quantity")["value"]
    rows = pd.concat([pd.DataFrame(given[index]["mode_defects"]).assign(sample=index) for index in (1, 2, 3)])
    own = rows[(rows["field"] == "mode") & (rows["mesh"] == "particles")]
    cores = own[own["sample"] > 1]

    def mean(values, of):
        return [np.average(values, weights=w[of]) if w[of].sum() else np.nan for w in weights]

    np.testing.assert_allclose(found["core_charge"], mean(cores["core_charge"], slice(1, 3)))
    assert found["core_charge"].iloc[0] == -1 and found["core_negative"].iloc[0] == 1
    for field in FIELDS:
        values = rows[(rows["field"] == field) & (rows["mesh"] == "particles")]["number_density"]
        np.testing.assert_allclose(found[f"defects_{field}"], mean(values, slice(0, 3)), rtol=1e-12)
    every = (own["positive"] + own["negative"]).to_numpy()
    np.testing.assert_allclose(found["defects_faint"], [w @ own["faint"].to_numpy() / (w @ every) if w @ every else np.nan for w in weights])
    assert flags["flag"].tolist() == ["not a minimum"]
    assert set(found.index) == {one.name for one in declarations()["mode_defects"].quantities}


def test_the_maps_lie_about_the_middle_of_the_key_core(averaged):
    glasses, given, ensemble, (_, defects, field, _), files = averaged
    assert set(defects["sample"]) == set(field["sample"]) == {2} and set(field["omega"]) == {3.0}
    middle, box = middle_of_square(glasses[2], given[2]["part"]), np.diag(glasses[2].box)
    places = pd.DataFrame(given[2]["mode_defect_places"])
    for shown, known in ((defects[["x", "y"]].to_numpy(), places[["x", "y"]].to_numpy()), (field[["x", "y"]].to_numpy(), glasses[2].positions)):
        whole = (shown - (known - middle)) / box
        np.testing.assert_allclose(whole, np.rint(whole), atol=1e-9)
        assert np.abs(shown).max() <= box.max() / 2 + 1e-9
    np.testing.assert_allclose(field[["u_x", "u_y"]], given[2]["mode"]["displacement"])
    assert set(aggregate_mode_defects(*files, ensemble, shown=1)[1]["sample"]) == {1}
    with pytest.raises(InputError, match="mode_defects.shown is 9"):
        aggregate_mode_defects(*files, ensemble, shown=9)


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(averaged):
    study = Study((0.6,))
    _, _, _, (_, defects, field, _), _ = averaged
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.6) for frame in (defects, field)]
    rows = [
        {"quantity": f"defects_{name}", "value": 0.1 + 0.1 * k, "error": 0.01, "unit": "lambda_min^-2", "samples": 3, "flagged": 1, "flag": ""}
        for k, name in enumerate(FIELDS)
    ]
    quantities = pd.DataFrame(rows).assign(particles=study.particles, parent_temperature=0.6)
    settings = settings_of(study, options={"mode_defects": declarations()["mode_defects"].defaults})
    return plot_mode_defects(*keyed, quantities, settings), keyed, quantities, settings


def test_defects_have_the_colour_of_their_sign_and_are_hollow_where_the_field_is_negligible(drawn):
    figure, (defects, _), _, _ = drawn
    for ax, name in zip(figure.axes[:3], FIELDS, strict=True):
        own = defects[defects["field"] == name]
        found = set()
        for line in ax.lines:
            if len(line.get_xdata()):
                sign = {POSITIVE: 1, NEGATIVE: -1}[line.get_markeredgecolor()]
                mesh = {"o": "particles", "s": "grid"}[line.get_marker()]
                faint = line.get_markerfacecolor() == "white"
                found |= {(x, y, sign, mesh, faint) for x, y in line.get_xydata()}
        columns = zip(own["x"], own["y"], np.sign(own["charge"]), own["mesh"], own["amplitude"] < 0.2, strict=True)
        assert found == {(x, y, sign, mesh, bool(faint)) for x, y, sign, mesh, faint in columns}


def test_arrows_have_one_length_and_the_direction_of_the_field(drawn):
    figure, (_, field), _, _ = drawn
    longest = 1.1 * field["size"].mean()
    for ax, name in zip(figure.axes[:3], FIELDS, strict=True):
        u = field_of(field, name)
        wanted = {tuple(np.round(row, 9)) for row in longest * u / np.linalg.norm(u, axis=1)[:, None]}
        arrows = [np.column_stack([one.U, one.V]) for one in ax.collections if isinstance(one, Quiver)]
        assert {tuple(np.round(row, 9)) for row in np.concatenate(arrows)} == wanted


def test_the_square_is_filled_and_arrows_are_pale_where_the_field_is_negligible(drawn):
    figure, (_, field), _, _ = drawn
    for ax, name in zip(figure.axes[:3], FIELDS, strict=True):
        (square,) = (one for one in ax.collections if isinstance(one, EllipseCollection))
        np.testing.assert_allclose(square.get_offsets(), field.loc[field["part"] == 3, ["x", "y"]])
        lengths = np.linalg.norm(field_of(field, name), axis=1)
        faint = lengths < 0.2 * np.sqrt(np.mean(lengths**2))
        drawn_at = {to_hex(one.get_facecolor()[0]): one.XY for one in ax.collections if isinstance(one, Quiver)}
        for colour, of in ((COLOURS[name], ~faint), (PALE, faint)):
            np.testing.assert_allclose(drawn_at.get(to_hex(colour), np.zeros((0, 2))), field.loc[of, ["x", "y"]].to_numpy())


def test_densities_are_those_of_the_quantities(drawn):
    figure, _, quantities, _ = drawn
    assert sorted(one.y[0] for one in bars(figure.axes[3])) == sorted(quantities["value"]) and "3 samples" in note(figure)


def test_without_a_glass_the_panels_say_so(drawn):
    _, (defects, field), quantities, settings = drawn
    figure = plot_mode_defects(defects.iloc[:0], field.iloc[:0], quantities.iloc[:0], settings)
    assert "no glass in the plane" in words(figure) and "no mode was looked at" in words(figure)
