"""A config that cannot be used gives one sentence with the key, its value and what is allowed, before any job starts."""

from itertools import pairwise
from pathlib import Path

import pytest
from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = REPOSITORY / "tests" / "workflow" / "tiny.yaml"

COLD = {"particles": 160, "parent_temperature": [1.0, 0.8]}
ENTRY = {"axes": COLD, "ladder": "parent_temperature", "samples": 2, "batch": 1}


def ensemble(axes=None, **changes):
    return {"ensembles": [{**ENTRY, "axes": COLD | (axes or {}), **changes}]}


def deep(levels):
    return {"a": deep(levels - 1)} if levels else 1


# One of each kind through Snakemake: the schema, a point, a choice. The others go the same way in this process.
FEW = {
    "unknown key": ({"preparation": {"swap_fractoin": 0.1}}, ["swap_fractoin", "swap_fraction"]),
    "box below twice the range": (ensemble({"particles": 100}), ["particles", "100", "140"]),
    "observable that is missed": ({"observables": {"modes": None}}, ["observables.", "needs", "modes", "choose that too"]),
    "sections in sections": ({"quench": deep(60)}, ["quench.a.a", "20 deep"]),
}
BAD = {
    "unknown block": ({"quenching": {"step": 0.1}}, ["quenching", "quench"]),
    "unknown observable": ({"observables": {"pinchign": {}}}, ["observables.pinchign", "pinching"]),
    "unknown figure": ({"figures": ["trneds"]}, ["figures", "trneds", "trends"]),
    "figure without its observable": (
        {"figures": ["pinching_force"], "observables": {"pinching": None, "soft_spots": None}}, ["pinching_force", "pinching", "not chosen"],
    ),
    "wrong type": ({"seed": "many"}, ["seed", "many", "whole number"]),
    "number as text": ({"quench": {"tolerance": "1e-10"}}, ["quench.tolerance", "1e-10", "number"]),
    "fraction above one": ({"preparation": {"swap_fraction": 1.5}}, ["preparation.swap_fraction", "1.5", "1"]),
    "no ensembles": ({"ensembles": []}, ["ensembles", "at least 1"]),
    "negative density": ({"model": {"poly": {"density": -0.5}}}, ["model.poly.density", "-0.5", "0"]),
    "least above most": ({"preparation": {"minimum_sweeps": 90000}}, ["preparation.minimum_sweeps", "90000", "preparation.maximum_sweeps"]),
    "lengths that do not fit the ladder": (
        ensemble() | {"preparation": {"sweeps": [100, 200, 300]}}, ["preparation.sweeps", "3 entries", "2 rungs"],
    ),
    "no samples": (ensemble(samples=0), ["samples", "0", "1"]),
    "negative temperature": (ensemble({"parent_temperature": [1.0, -0.5]}), ["parent_temperature", "-0.5", "0"]),
    "ascending ladder": (ensemble({"parent_temperature": [0.5, 0.7]}), ["parent_temperature", "0.5, 0.7", "hot to cold"]),
    "repeated temperature": (ensemble({"parent_temperature": [0.7, 0.7]}), ["parent_temperature", "0.7, 0.7", "differ"]),
    "unknown axis": (ensemble({"colour": "red"}), ["ensembles[0].axes.colour", "no axis", "particles"]),
    "axis without its leaf": (
        {"axes": {"p": {"leaf": "quench.tolerence"}}, **ensemble({"p": [1.0]})}, ["axes.p.leaf", "quench.tolerence", "no such leaf"],
    ),
    "leaf of an axis": (
        {"axes": {"p": {"leaf": "quench.pressure"}}, "quench": {"minimiser": "fire"}, **ensemble({"p": [1.0]})},
        ["quench.pressure is 1", "lbfgs", "it is set by ensembles[0].axes.p"],
    ),
    "leaf of the glass former on an axis": (
        {"axes": {"rho": {"leaf": "model.density"}}, **ensemble({"rho": [0.58, -1.0]})},
        ["model.poly.density", "-1", "it is set by ensembles[0].axes.rho"],
    ),
    "two ensembles with one point": ({"ensembles": [ENTRY] * 2}, ["N = 160, T_p = 1", "another ensemble"]),
    "against no axis": ({"against": "pressure"}, ["against", "pressure", "parent_temperature"]),
    "unknown model": ({"model": {"name": "polly"}}, ["model.name", "polly", "poly"]),
    "unknown engine": ({"preparation": {"engine": "gromacs"}}, ["preparation.engine", "gromacs", "builtin"]),
    "slash in the name": ({"study": "a/b"}, ["study", "a/b", "letters"]),
    "name that leads elsewhere": ({"study": ".."}, ["study", "..", "letters"]),
    "neither all nor a number": ({"observables": {"pinching": {"bonds": "some"}}}, ["pinching.bonds", "some", "all"]),
    "samples beyond counting": (ensemble(samples=99999999), ["ensembles[0].batch", "199999998 batches", "100000"]),
    "sweeps beyond counting": ({"preparation": {"maximum_sweeps": 10**30}}, ["preparation.maximum_sweeps", "1e+12"]),
    "block that is no block": ({"quench": 3}, ["quench", "3"]),
}  # fmt: skip


SMALL = {"mean_field": "_small", "lattice_oscillators": "_small", "soft_potentials": ""}  # how the small version of a study is named


def named(cases):
    return [pytest.param(*case, id=name.replace(" ", "_")) for name, case in cases.items()]


@pytest.mark.parametrize(("content", "said"), named(FEW))
def test_bad_config_is_one_sentence(workflow, overlay, tmp_path, content, said):
    tiny = workflow(tmp_path)
    done = workflow(tmp_path, *tiny.configs, overlay(content), cores=1).run()
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout
    assert any(all(word in line for word in said) for line in done.stdout.splitlines()), done.stdout
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(("content", "said"), named(BAD))
def test_bad_config_is_one_sentence_of_the_study(overlay, content, said):
    with pytest.raises(InputError) as error:
        Study.from_config(merged_config([REPOSITORY / "config.yaml", TINY, overlay(content)]))
    assert any(all(word in line for word in said) for line in str(error.value).splitlines()), error.value


def drawn(**axes):
    return {"ensembles": [{"axes": axes, "origin": "drawn", "samples": 1, "batch": 1}]}


OSCILLATORS = {"particles": 100, "coupling": 0.1, "uniform_field": 0.1, "k_min": 0.1, "k_0": 1.0}
DRAWN = {
    "k_min above k_0": ("mean_field", drawn(**OSCILLATORS | {"k_min": [0.1, 2.0]}), ["ensembles[0].axes", "mean_field", "k_min = 2", "k_min <= k_0"]),
    "negative field": ("mean_field", drawn(**OSCILLATORS | {"uniform_field": -0.1}), ["ensembles[0].axes", "uniform_field h = -0.1", "from 0"]),
    "no coupling": ("mean_field", drawn(**OSCILLATORS | {"coupling": 0.0}), ["ensembles[0].axes", "coupling J = 0", "above 0"]),
    "axis that is missing": ("lattice_oscillators", drawn(particles=27, coupling=0.3), ["ensembles[0].axes", "no axis beta"]),
    "no cube": ("lattice_oscillators", drawn(particles=200, coupling=0.3, beta=1.0), ["ensembles[0].axes", "particles is 200", "cubes", "216"]),
    "no density": ("lattice_oscillators", drawn(particles=27, coupling=0.3, beta=-1.0), ["ensembles[0].axes", "beta > -1"]),
    "unknown distribution": ("soft_potentials", drawn(distribution="odd"), ["ensembles[0].axes", "distribution is odd", "normal, uniform"]),
}  # fmt: skip


@pytest.mark.parametrize(("study", "content", "said"), named(DRAWN))
def test_systems_that_cannot_be_drawn_are_refused_by_the_study(overlay, study, content, said):
    known, path = {"against": next(iter(content["ensembles"][0]["axes"]))}, REPOSITORY / "studies" / f"{study}{SMALL[study]}.yaml"
    with pytest.raises(InputError) as error:
        Study.from_config(merged_config([REPOSITORY / "config.yaml", path, overlay(known | content)]))
    assert len(str(error.value).splitlines()) == 1 and all(word in str(error.value) for word in said), error.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a: &a [1]\n" + "".join(f"{b}: &{b} [{', '.join(9 * [f'*{a}'])}]\n" for a, b in pairwise("abcdefghij")),
            "100000 values",
        ),
        ("study: !!python/object/apply:os.mkdir [harm]\n", "not valid JSON or YAML"),
    ],
    ids=["aliases of aliases", "a call"],
)
def test_hostile_yaml_is_refused(workflow, tmp_path, text, said):
    bad = tmp_path / "hostile.yaml"
    bad.write_text(text, encoding="utf-8")
    done = workflow(tmp_path, bad).run()
    assert done.returncode == 1
    assert said in done.stdout and "Traceback" not in done.stdout
    assert not (tmp_path / "harm").exists() and not (tmp_path / "results").exists()


def test_config_that_is_no_yaml_says_so(workflow, tmp_path):
    bad = tmp_path / "broken.yaml"
    bad.write_text("study: [unclosed\n", encoding="utf-8")
    done = workflow(tmp_path, bad).run()
    assert done.returncode == 1
    assert "not valid JSON or YAML" in done.stdout and "Traceback" not in done.stdout
