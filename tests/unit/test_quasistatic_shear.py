"""The observables of quasistatic shear: tables of one glass against the states themselves, drops beside key cores, averages, and figures."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import naive
import numpy as np
import pandas as pd
import pytest
from drawn import bars, lines, note, one, words
from measuring import batch
from synthetic_tables import Study as MadeUp
from synthetic_tables import settings_of
from vitrine.aggregation.ensemble import Ensemble
from vitrine.choices import check_pairwise
from vitrine.config_files import merged_config
from vitrine.errors import InputError, SampleError
from vitrine.export.plan import taken_with_glasses
from vitrine.interactions import Interactions
from vitrine.landscape.quasistatic import Drop, Protocol, sheared_states
from vitrine.observables import declarations
from vitrine.observables.drop_sites import DROP_SITES
from vitrine.observables.drop_sites.aggregate import RANKS, aggregate_drop_sites
from vitrine.observables.drop_sites.drop_sites import plot_drop_sites
from vitrine.observables.drop_sites.measure import locate_drops
from vitrine.observables.quasistatic_shear import QUASISTATIC_DROPS, QUASISTATIC_RUNS, QUASISTATIC_SHEAR
from vitrine.observables.quasistatic_shear.aggregate import SKIPPED, aggregate_quasistatic_shear
from vitrine.observables.quasistatic_shear.measure import shear_quasistatically
from vitrine.observables.quasistatic_shear.quasistatic_shear import plot_quasistatic_shear
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import read_trajectories, write_states
from vitrine.study import Study

POINT = Point.plain(64, 0.6)
ENSEMBLE = Ensemble(POINT, dimension=2, seed=1, replicates=9)
STRAIN = 0.012


@pytest.fixture(scope="module")
def glasses():
    """Hot planar glasses: the first one has a drop at 0.7 % of strain, the others have none up to there."""
    return [dataclasses.replace(naive.quenched(naive.poly(**naive.PLANAR), 64, 1.3, seed=seed), index=seed) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def measured(glasses):
    """The batch of them, with a flagged one at its end."""
    flagged = dataclasses.replace(glasses[0], index=9, flag="not a minimum")
    return batch([*glasses, flagged], "quasistatic_shear", lambda sample: shear_quasistatically(sample, strain=STRAIN, states=3))


@pytest.fixture(scope="module")
def averaged(measured, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sheared")
    for table in (QUASISTATIC_SHEAR, QUASISTATIC_DROPS, QUASISTATIC_RUNS):
        write_table(table, measured.tables[table.name], folder / table.file, {}, Key.of(POINT))
    return folder, aggregate_quasistatic_shear(*([folder / t.file] for t in (QUASISTATIC_SHEAR, QUASISTATIC_DROPS, QUASISTATIC_RUNS)), ENSEMBLE)


# --- one glass ----------------------------------------------------------------------------------------------------------------------------------


def test_rows_are_the_states_on_the_way(glasses, measured):
    states = list(sheared_states(glasses[0], Protocol(strain=STRAIN, stops=2)))
    rows = pd.DataFrame(measured.tables["quasistatic_shear"])
    own = rows[rows["sample"] == 1].reset_index(drop=True)
    assert len(own) == len(states)
    for row, state in zip(own.to_dict("records"), states, strict=True):
        here = state.after if isinstance(state, Drop) else state
        assert row["strain"] == here.strain and row["stress"] == here.stress and row["lambda_1"] == here.softest[0]
        assert row["drop"] == (0 if isinstance(state, Drop) else -1)
        assert row["energy"] == pytest.approx(naive.energy(here.sample) / 64, rel=1e-12) and row["pressure"] == here.bonds.pressure
    drops = pd.DataFrame(measured.tables["quasistatic_drops"])
    drop = one([state for state in states if isinstance(state, Drop)])
    told = drops[drops["sample"] == 1].iloc[0]
    for name in ("energy", "stress", "bracket", "core", "overlap"):
        assert told[name] == getattr(drop, name)
    assert told["strain"] == drop.critical and told["bracketed"] and drops.set_index("sample").loc[2, "drop"] == -1


def test_the_slope_at_zero_is_the_modulus(measured):
    runs = pd.DataFrame(measured.tables["quasistatic_runs"])
    assert (runs["difference"][:3] < 1e-6).all() and runs["drops"][:3].tolist() == [1, 0, 0] and runs["unbracketed"][:3].sum() == 0
    assert runs["flag"].tolist() == ["", "", "", "not a minimum"] and (runs["doubtful"][:3] == 0).all()


def test_strained_states_are_a_trajectory_of_minima(measured, tmp_path):
    field = declarations()["quasistatic_shear"].fields[0]
    write_states(tmp_path / field.file, field, measured.fields[field.name], {"identity": "x"})
    found = list(read_trajectories(tmp_path / field.file))
    assert [path.index for path in found] == [1, 2, 3, 9] and found[-1].flag == "not a minimum"
    rows = pd.DataFrame(measured.tables["quasistatic_shear"])
    for path in found[:3]:
        np.testing.assert_allclose(path.times, [0, STRAIN / 2, STRAIN], atol=1.1e-7)
        kept = rows[(rows["sample"] == path.index) & (rows["state"] >= 0)]
        assert kept["state"].tolist() == [0, 1, 2]
        for place, (row, strain) in enumerate(zip(kept.to_dict("records"), path.times, strict=True)):
            frame = dataclasses.replace(path.start, positions=path.positions[place], box=path.boxes[place])
            bonds = Interactions.of(frame)
            assert bonds.energy / 64 == pytest.approx(row["energy"], rel=1e-12) and bonds.residual < 1e-10 and strain == row["strain"]
            assert frame.box[0, 1] == pytest.approx(strain * frame.box[1, 1], rel=1e-9, abs=1e-12)


def test_fixed_steps_are_told(glasses):
    """A step that skips an instability is a drop without its bracket, or a step whose energy is not that of the work."""
    given = shear_quasistatically(glasses[0], strain=STRAIN, steps="fixed", largest_step=2e-3, states=2)
    runs, drops = given["quasistatic_runs"], given["quasistatic_drops"]
    assert runs["unbracketed"][0] + runs["doubtful"][0] > 0
    assert not np.any(drops["bracketed"][drops["drop"] >= 0])
    assert np.all(np.isclose(np.diff(given["quasistatic_shear"]["strain"]), 2e-3))


def test_a_plane_that_is_not_there_is_refused(glasses):
    with pytest.raises(SampleError, match="plane is yz: in 2 dimensions allowed is xy"):
        shear_quasistatically(glasses[0], plane="yz")


@pytest.mark.parametrize("name", ["quasistatic_shear", "shear_softening", "local_heat_capacity"])
def test_a_many_body_potential_has_no_third_derivatives(name):
    many = SimpleNamespace(name="eam", embedding=object())
    with pytest.raises(InputError, match=f"observables.{name} takes the energy apart into pairs, and model eam is a many-body potential"):
        check_pairwise({name: declarations()[name]}, [many])


def test_strained_states_are_not_exported_as_fields_of_the_glass():
    folder = Path(__file__).resolve().parents[2]
    study = Study.from_config(merged_config([folder / "config.yaml", folder / "studies" / "shear_softening_small.yaml"]), conda=True)
    taken = taken_with_glasses(study, next(iter(study.places)))
    assert "key_core_field.gsd" in taken and "strained_states.gsd" not in taken


# --- drops beside key cores ---------------------------------------------------------------------------------------------------------------------


def test_drops_are_ranked_among_all_particles(glasses, measured):
    """By a loop over all particles and images; the baseline is what every particle would have."""
    glass = glasses[0]
    drops = pd.DataFrame(measured.tables["quasistatic_drops"])
    drops = drops[drops["sample"] == 1]
    psi, part = np.random.default_rng(1).random(64), np.zeros(64)
    part[[3, 40]] = 2, 3
    row = locate_drops(glass, drops, {"part": part}, {"vibrability": psi}, near=1.5)
    core, vectors = int(drops["core"].iloc[0]), naive.nearest_images(glass)
    away = np.array([min(np.linalg.norm(vectors[i, j]) for j in (3, 40)) for i in range(64)]) / glass.spacing
    assert row["distance"][0] == pytest.approx(away[core]) and row["core_rank"][0] == np.mean(away <= away[core] + 1e-12)
    assert row["near"][0] == float(away[core] <= 1.5) and row["near_at_random"][0] == np.mean(away <= 1.5)
    assert row["psi_rank"][0] == np.mean(psi >= psi[core]) and row["soft"][0] == float(row["psi_rank"][0] <= 0.05)
    ranks = []
    for particle in range(64):  # a random place has uniform ranks
        ranks.append(locate_drops(glass, drops.assign(core=particle), {"part": part}, {"vibrability": psi})["psi_rank"][0])
    np.testing.assert_allclose(np.sort(ranks), np.arange(1, 65) / 64)
    none = locate_drops(glass, drops, {"part": np.zeros(64)}, {"vibrability": psi})
    assert np.isnan(none["distance"][0]) and np.isnan(none["near_at_random"][0]) and none["psi_rank"][0] == row["psi_rank"][0]
    assert locate_drops(glass, drops.assign(drop=-1), {"part": part}, {"vibrability": psi})["drop"].tolist() == [-1]


@pytest.fixture(scope="module")
def located(tmp_path_factory):
    folder = tmp_path_factory.mktemp("located")
    values = [(0, 0.1, 1.0, 0.02), (1, np.nan, np.nan, 0.4), (2, 0.5, 0.0, 0.9)]
    rows = [
        DROP_SITES.row(
            sample=s, drop=0, core_rank=rank, near=near, near_at_random=0.2 if near == near else np.nan, psi_rank=psi, soft=float(psi < 0.05)
        )
        for s, rank, near, psi in values
    ]
    rows += [DROP_SITES.row(sample=3), DROP_SITES.row(sample=4, flag="not a minimum")]
    write_table(DROP_SITES, rows, folder / DROP_SITES.file, {}, Key.of(POINT))
    return aggregate_drop_sites([folder / DROP_SITES.file], ENSEMBLE)


def test_averages_of_places(located):
    estimates, ranks, flags = located
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    assert first.loc["drop_near_core", "value"] == 0.5 and first.loc["drop_near_core_random", "value"] == 0.2
    assert first.loc["drop_core_rank", "value"] == pytest.approx(0.3) and first.loc["drop_psi_rank", "value"] == pytest.approx(1.32 / 3)
    assert first.loc["drop_core_rank", ["samples", "flagged"]].tolist() == [2, 3] and first.loc["drop_soft", "samples"] == 3
    share = ranks[ranks["kind"] == "vibrability"].set_index("rank")["share"]
    np.testing.assert_allclose(share[[RANKS[1], RANKS[16], RANKS[-1]]], [1 / 3, 2 / 3, 1])
    assert flags["flag"].tolist() == ["not a minimum"]


def test_places_are_drawn_beside_random_ones(located):
    _, ranks, _ = located
    study = MadeUp((0.6,))
    row = {"quantity": "drop_psi_rank", "value": 0.4, "error": 0.1, "unit": "1", "samples": 3, "flagged": 2, "flag": ""}
    quantities = pd.DataFrame([row, row | {"quantity": "drop_core_rank"}]).assign(particles=study.particles, parent_temperature=0.6)
    shown = ranks.assign(particles=study.particles, parent_temperature=0.6)
    figure = plot_drop_sites(shown, quantities, settings_of(study))
    for ax, kind in zip(figure.axes, ("key_core", "vibrability"), strict=False):
        drawn, rows = one(bars(ax)), shown[shown["kind"] == kind]
        np.testing.assert_array_equal(drawn.x, rows["rank"])
        np.testing.assert_array_equal(drawn.y, rows["share"])
        np.testing.assert_allclose(drawn.up, rows["share_error"].fillna(0.0), atol=1e-12)
        assert not drawn.hollow
        np.testing.assert_array_equal(one(lines(ax, label="random places")).get_ydata(), [0, 1])
    single = plot_drop_sites(shown.assign(drops=1), quantities, settings_of(study))
    assert all(one(bars(ax)).hollow for ax in single.axes[:2])
    empty = words(plot_drop_sites(shown[:0], quantities, settings_of(study)))
    assert "no drop in a glass with a key core" in empty


# --- an ensemble --------------------------------------------------------------------------------------------------------------------------------


def test_means_are_those_of_interpolated_glasses(measured, averaged):
    _, (estimates, means, shown, density, flags) = averaged
    rows = pd.DataFrame(measured.tables["quasistatic_shear"])
    each = []
    for sample in (1, 2, 3):
        own = rows[rows["sample"] == sample]
        each.append(np.interp(means["strain"], own["strain"], own["stress"]))
    np.testing.assert_allclose(means["stress"], np.mean(each, axis=0), rtol=1e-12)
    weights = ENSEMBLE.weights(np.array([1, 2, 3]))[1:]
    weighted = (weights @ np.array(each))[weights.sum(axis=1) > 0] / weights.sum(axis=1)[weights.sum(axis=1) > 0][:, None]
    np.testing.assert_allclose(means["stress_error"], weighted.std(axis=0, ddof=1), rtol=1e-9)
    assert means["energy"].iloc[0] == 0 and set(means["samples"]) == {3} and set(shown["sample"]) == {1, 2, 3}
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    drops = pd.DataFrame(measured.tables["quasistatic_drops"])
    drop = drops[drops["drop"] == 0].iloc[0]
    assert first.loc["drops", "value"] == pytest.approx(1 / 3) and first.loc["first_drop", "value"] == drop["strain"]
    assert first.loc["drop_energy", ["value", "samples", "flagged"]].tolist() == [drop["energy"], 1, 1] and (first["flag"] == "").all()
    assert first.loc["final_stress", "value"] == pytest.approx(np.mean([one_glass[-1] for one_glass in each]))
    energies = density[density["quantity"] == "energy"]
    assert energies["count"].sum() == 1 and (energies["density"] * (energies["value_high"] - energies["value_low"])).sum() == pytest.approx(1)
    assert flags["flag"].tolist() == ["not a minimum"]


def test_wide_brackets_flag_what_is_told_of_drops(averaged, measured):
    folder, _ = averaged
    runs = pd.DataFrame(measured.tables["quasistatic_runs"])
    write_table(QUASISTATIC_RUNS, runs.assign(unbracketed=[1, 0, 0, -1]), folder / "wide.parquet", {}, Key.of(POINT))
    files = [folder / QUASISTATIC_SHEAR.file], [folder / QUASISTATIC_DROPS.file], [folder / "wide.parquet"]
    estimates = aggregate_quasistatic_shear(*files, ENSEMBLE)[0].set_index("quantity")
    assert set(estimates.loc["drops", "flag"]) == {SKIPPED} and set(estimates.loc["shear_slope", "flag"]) == {""}


def test_the_figure_shows_the_tables(averaged):
    _, (_, means, shown, density, _) = averaged
    study = MadeUp((0.6,))
    key = {"particles": study.particles, "parent_temperature": 0.6}
    row = {"quantity": "drops", "value": 1 / 3, "error": 0.3, "unit": "1", "samples": 3, "flagged": 1, "flag": ""}
    tables = [means.assign(**key), shown.assign(**key), density.assign(**key), pd.DataFrame([row | key])]
    figure = plot_quasistatic_shear(*tables, settings_of(study))
    mean = one(lines(figure.axes[0], gid="mean-0.6"))
    np.testing.assert_array_equal(mean.get_ydata(), means["stress"])
    single = lines(figure.axes[0], gid="glass")
    assert len(single) == 3
    for line, sample in zip(single, (1, 2, 3), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), shown[shown["sample"] == sample]["stress"])
    (band,) = figure.axes[0].collections
    top = means.loc[means["strain"] > 0, ["strain", "stress", "stress_error"]].iloc[-1]
    corners = band.get_paths()[0].vertices
    for sign in (1, -1):
        assert np.any(np.all(np.isclose(corners, [top["strain"], top["stress"] + sign * top["stress_error"]]), axis=1))
    own = shown[shown["sample"] == 1]
    np.testing.assert_array_equal(one(lines(figure.axes[1], gid="softest")).get_ydata(), own["lambda_1"])
    np.testing.assert_array_equal(one(lines(figure.axes[1], gid="drops")).get_xdata(), own[own["drop"] >= 0]["strain"])
    filled = density[(density["quantity"] == "energy") & (density["count"] > 0)]
    drawn = one(bars(figure.axes[2]))
    np.testing.assert_allclose(drawn.x, np.sqrt(filled["value_low"] * filled["value_high"]))
    np.testing.assert_array_equal(drawn.y, filled["density"])
    np.testing.assert_allclose(drawn.up, filled["density_error"], rtol=1e-6, atol=1e-12 * filled["density"].max())
    assert "0.33 drops in a glass" in note(figure)
    empty = words(plot_quasistatic_shear(*(table[:0] for table in tables), settings_of(study)))
    assert "no glass was sheared" in empty and "no plastic drop" in empty
