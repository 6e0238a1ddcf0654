"""OVITO's modifier of ours against the Python door, what it says to what cannot be measured, and the lines of docs/ovito.md, where OVITO is there."""

import dataclasses
import importlib
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
import vitrine
from naive import liquid, poly, quenched, strained
from PIL import Image
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise
from vitrine.samples.export import in_box

from docs.ovito_picture import blocks

ovito = pytest.importorskip("ovito", reason="OVITO's library is not installed")

from ovito.io import import_file  # noqa: E402
from ovito.modifiers import AffineTransformationModifier, DeleteSelectedModifier, SelectTypeModifier  # noqa: E402
from vitrine.ovito_modifier import SoftModes, changed_parameters  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]
MIXTURE = {**vitrine.GLASS_FORMERS["binary_ipl"], "dimension": 3, "density": 1.0, "truncation": "polynomial"}  # whose kernels are compiled already
OF_MIXTURE = "density: 1.0, truncation: polynomial"


@pytest.fixture(scope="module")
def mixture():
    """A glass of two types in space, with masses, in a box that is no cube."""
    glass = strained(quenched(glass_former("binary_ipl", MIXTURE), 125, 0.3), np.array([[1, 0.02, -0.01], [0, 1.01, 0.015], [0, 0, 0.99]]))
    relaxed = minimise(glass, "cg", tolerance=1e-11).sample
    return dataclasses.replace(relaxed, masses=np.where(glass.types == 0, 1.0, 1.7))


def opened(folder, sample, *modifiers, ending="xyz"):
    """What OVITO computes of a sample's file."""
    vitrine.write(folder / f"x.{ending}", sample)
    pipeline = import_file(str(folder / f"x.{ending}"))
    for modifier in modifiers:
        pipeline.modifiers.append(modifier)
    return pipeline.compute()


def assert_measured(data, glass, turn, tolerance=1e-5):
    """Modes, shares and vibrability of a glass, its vectors turned; degenerate modes there are none."""
    expected, d = vitrine.mode_vectors(glass, 3), glass.dimension
    assert np.allclose(data.particles["Vibrability"], vitrine.measure_vibrability(glass)["vibrability_field"]["vibrability"], rtol=tolerance)
    for place in (1, 2, 3):
        found, vector = np.array(data.particles[f"Mode {place}"]), np.zeros((glass.particles, 3))
        vector[:, :d] = expected["vectors"][place - 1]
        vector = vector @ turn.T
        assert np.allclose(found * np.sign(np.sum(found * vector)), vector, atol=tolerance)
        assert np.allclose(data.particles[f"Mode {place} share"], expected["shares"][place - 1], atol=tolerance)
        assert data.attributes[f"omega_{place}"] == pytest.approx(expected["omega"][place - 1], rel=tolerance)
        assert data.attributes[f"participation_{place}"] == pytest.approx(expected["participation"][place - 1], rel=tolerance)


@pytest.mark.parametrize("ending", ["xyz", "gsd"])
def test_a_planar_glass(tmp_path, planar_glass, ending):
    data = opened(tmp_path, planar_glass, SoftModes(model="poly", parameters="density: 0.65"), ending=ending)
    assert_measured(data, planar_glass, np.eye(3))
    assert data.particles["Mode 1"].vis.enabled and data.particles["Mode 2"].vis is None
    assert np.all(data.particles["Mode 1"][:, 2] == 0) and data.attributes["residual"] < 1e-4


def test_a_glass_with_masses_in_a_tilted_box_that_is_turned(tmp_path, mixture):
    """Vectors come in the directions of what is shown."""
    turn, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))
    turned = AffineTransformationModifier(transformation=np.column_stack([turn, [1.0, -2.0, 0.5]]))
    data = opened(tmp_path, mixture, turned, SoftModes(model="binary_ipl", parameters=OF_MIXTURE, shown=2))
    assert_measured(data, mixture, turn)
    assert data.particles["Mode 2"].vis.enabled and data.particles["Mode 1"].vis is None


def test_vitrines_own_files_say_the_model(tmp_path, glass):
    data = opened(tmp_path, glass, SoftModes(vibrability=False, modes=2), ending="gsd")
    assert data.attributes["omega_2"] == pytest.approx(vitrine.mode_vectors(glass, 2)["omega"][1], rel=1e-4)
    assert "Vibrability" not in data.particles and "Mode 3" not in data.particles


def test_what_is_not_at_rest_is_relaxed_where_that_is_asked(tmp_path, planar_glass):
    disturbed = planar_glass.moved(planar_glass.positions + 1e-3 * np.random.default_rng(1).standard_normal(planar_glass.positions.shape))
    data = opened(tmp_path, disturbed, SoftModes(model="poly", parameters="density: 0.65", relax=True))
    assert_measured(data, planar_glass, np.eye(3))
    relaxed = planar_glass.moved(np.array(data.particles.positions)[:, :2])
    assert Interactions.of(relaxed).residual < 1e-5 and data.attributes["residual"] < 1e-9  # sizes are in single precision in OVITO
    moved = np.array(data.particles.positions)[:, :2] - in_box(disturbed)
    assert data.attributes["largest_displacement"] == pytest.approx(np.linalg.norm(moved, axis=1).max(), rel=1e-6)
    assert 1e-4 < data.attributes["largest_displacement"] < 1e-2


SELECTED = SelectTypeModifier(property="Particle Type", types={1, 2})
REFUSED = {
    "no model": (SoftModes(), "the file does not say its glass former; choose one of poly"),
    "not at rest": (SoftModes(model="poly"), r"it is not at rest \(its largest net force is .* of the typical pair force\): switch on"),
    "another parameter": (SoftModes(model="poly", parameters="densty: 1.0"), "model.poly.densty is unknown"),
    "no parameters": (SoftModes(model="poly", parameters="density"), "the changed parameters 'density' are none: allowed is a list such as"),
    "another dimension": (SoftModes(model="poly", parameters="dimension: 2"), "it has 3 dimensions, the model 2"),
    "a wide range": (SoftModes(model="poly", parameters="cutoff: 5.0"), "below twice the range of the interaction"),
}  # fmt: skip


@pytest.mark.parametrize(("modifier", "said"), REFUSED.values(), ids=[name.replace(" ", "_") for name in REFUSED])
def test_what_cannot_be_measured_is_one_sentence(tmp_path, modifier, said):
    with pytest.raises(RuntimeError, match=f"^Vitrine: .*{said}") as error:
        opened(tmp_path, liquid(poly(), 160, 1.3, sweeps=20), modifier)
    assert "\n" not in str(error.value)


def test_no_particles_and_no_cell(tmp_path, planar_glass):
    with pytest.raises(RuntimeError, match="^Vitrine: there are no particles"):
        opened(tmp_path, planar_glass, SELECTED, DeleteSelectedModifier(), SoftModes(model="poly"))
    (tmp_path / "plain.xyz").write_text("2\n\nA 0 0 0\nA 1 1 1\n")
    pipeline = import_file(str(tmp_path / "plain.xyz"), columns=["Particle Type", "Position.X", "Position.Y", "Position.Z"])
    pipeline.modifiers.append(SoftModes(model="poly"))
    with pytest.raises(RuntimeError, match="^Vitrine: there is no simulation cell"):
        pipeline.compute()


def test_changed_parameters_are_those_of_a_config():
    assert changed_parameters("density: 1.2, truncation: polynomial, a: [1, 2]") == {"density": 1.2, "truncation": "polynomial", "a": [1, 2]}
    assert changed_parameters("") == {}


def test_the_entry_point_leads_to_the_modifier():
    named = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["OVITO.Modifier"]
    for place in named.values():
        module, _, name = place.partition(":")
        assert getattr(importlib.import_module(module), name) is SoftModes


def test_the_lines_of_the_page_run(tmp_path, monkeypatch):
    """As they stand there: fields are written, drawn, and measured by the modifier; the arrows of the picture are where the mode is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    glass = quenched(vitrine.glass_former("binary_ipl"), 200, 0.6)
    vitrine.write("glass.gsd", glass)
    to_write, to_draw, to_measure = blocks()
    assert len([line for line in to_draw.splitlines() if line]) == 10
    measured: dict = {}
    exec(to_write, {})
    exec(to_measure, measured)
    assert measured["data"].attributes["omega_1"] == pytest.approx(vitrine.mode_vectors(glass, 1)["omega"][0], rel=1e-5)
    drawn: dict = {}
    try:
        exec(to_draw, drawn)
        shutil.move("ovito.png", "arrows.png")
        drawn["pipeline"].remove_from_scene()
        exec(to_draw.replace("arrows.offset = True", "arrows.offset = False"), drawn)
    except RuntimeError as error:
        if "Vulkan" not in str(error):
            raise
        pytest.skip("this version of OVITO draws with a Vulkan driver alone, and there is none")
    finally:
        drawn["pipeline"].remove_from_scene()
    arrows, plain = (np.asarray(Image.open(name).convert("RGB"), dtype=int) for name in ("arrows.png", "ovito.png"))
    assert arrows.shape == (720, 720, 3) and len(np.unique(plain.reshape(-1, 3), axis=0)) > 100
    covered = np.any(np.abs(arrows - plain) > 30, axis=2)
    assert 0.005 < covered.mean() < 0.5


def test_the_picture_of_the_page_is_small():
    assert (REPOSITORY / "docs" / "ovito.png").stat().st_size < 300_000
