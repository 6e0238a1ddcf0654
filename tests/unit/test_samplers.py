"""Samplers and engines: what a config may ask for, what is chosen, and what each sampler is told."""

import copy
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from naive import poly
from vitrine.compile import CHAINS
from vitrine.config_schema import config_schema
from vitrine.costs import measured_costs
from vitrine.errors import InputError
from vitrine.models import glass_former
from vitrine.models.sizes import in_levels, power_law_quantile
from vitrine.preparation.engines import chosen_engine
from vitrine.preparation.samplers import MONTE_CARLO, SAMPLERS, SECTIONS, TIMED
from vitrine.runs.cost import RELAXATION_TIMES
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
BINARY = {
    "dimension": 2, "density": 0.86, "exponent": 10, "cutoff": 1.48, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5,
    "sigma_ab": 1.18, "sigma_bb": 1.4,
}  # fmt: skip
KOB_ANDERSEN = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}


@pytest.fixture
def without_hoomd(monkeypatch):
    """A machine on which HOOMD-blue cannot be imported, whatever this one has."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "hoomd" else find(name, *rest))


@pytest.fixture
def with_hoomd(monkeypatch):
    """A machine on which HOOMD-blue could be imported; nothing here imports it."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: find("json") if name == "hoomd" else find(name, *rest))


def laid_over(**sections):
    """The default config with keys of its sections replaced; `dynamics` is that of preparation, `model` a name and its parameters."""
    config = copy.deepcopy(CONFIG)
    config["preparation"]["dynamics"].update(sections.pop("dynamics", {}))
    if "model" in sections:
        name, parameters = sections.pop("model")
        config["model"] = {"name": name, name: parameters}
    if "levels" in sections:
        config["model"]["poly"]["size_levels"] = sections.pop("levels")
    for name, section in sections.items():
        config[name].update(section)
    return config


BAD = {
    "hybrid without sizes": (
        {"model": ("binary_ipl", BINARY), "preparation": {"sampler": "hybrid"}}, ["preparation.sampler", "hybrid", "binary_ipl", "dynamics"],
    ),
    "trajectories without sizes": (
        {"model": ("binary_ipl", BINARY), "preparation": {"sampler": "hamiltonian"}}, ["preparation.sampler", "hamiltonian", "binary_ipl"],
    ),
    "trajectories in HOOMD-blue": (
        {"levels": 16, "preparation": {"engine": "hoomd", "sampler": "hamiltonian"}}, ["preparation.engine", "hoomd", "hamiltonian"],
    ),
    "no time for trajectories": (
        {"preparation": {"hamiltonian": {"trajectory_time": 0, "exchanges_per_particle": 8, "target_acceptance": 0.8}}},
        ["preparation.hamiltonian.trajectory_time", "0", "greater than 0"],
    ),
    "a GPU without sizes": (
        {"model": ("binary_ipl", BINARY), "preparation": {"sampler": "swap_gpu"}}, ["preparation.sampler", "swap_gpu", "binary_ipl"],
    ),
    "a GPU and odd powers": (
        {"preparation": {"sampler": "swap_gpu"}, "model": ("poly", {**CONFIG["model"]["poly"], "exponent": 9})},
        ["preparation.sampler", "swap_gpu", "even powers", "swap takes it"],
    ),
    "a GPU in HOOMD-blue": (
        {"levels": 16, "preparation": {"engine": "hoomd", "sampler": "swap_gpu"}}, ["preparation.engine", "hoomd", "swap_gpu"],
    ),
    "looks that miss the restarts": (
        {"preparation": {"sampler": "swap_gpu", "swap_gpu": {"device": "gpu", "look_sweeps": 30}}},
        ["preparation.restart_sweeps", "5000", "look_sweeps", "30", "multiple"],
    ),
    "looks between sweeps": (
        {"preparation": {"swap_gpu": {"device": "gpu", "look_sweeps": 15}}}, ["preparation.swap_gpu.look_sweeps", "15", "multiple of 10"],
    ),
    "another device of chains": (
        {"preparation": {"swap_gpu": {"device": "auto", "look_sweeps": 100}}}, ["preparation.swap_gpu.device", "auto", "gpu", "cpu"],
    ),
    "swap of many potentials": (
        {"model": ("kob_andersen", KOB_ANDERSEN), "preparation": {"sampler": "swap"}}, ["preparation.sampler", "swap", "kob_andersen", "cooling"],
    ),
    "hybrid under pressure": (
        {"preparation": {"sampler": "hybrid"}, "dynamics": {"pressure": 1.0}}, ["preparation.dynamics.pressure", "1.0", "hybrid", "null"],
    ),
    "too few holds": (
        {"preparation": {"sampler": "cooling"}, "dynamics": {"hold_time": [1.0, 2.0]}}, ["preparation.dynamics.hold_time", "2 entries", "4"],
    ),
    "too many rates": (
        {"preparation": {"sampler": "cooling"}, "dynamics": {"cooling_rate": [None] * 5}}, ["preparation.dynamics.cooling_rate", "5 entries", "4"],
    ),
    "too few lengths": ({"preparation": {"sweeps": [1000, 2000]}}, ["preparation.sweeps", "2 entries", "4"]),
    "negative rate": ({"dynamics": {"cooling_rate": -1e-3}}, ["preparation.dynamics.cooling_rate", "-0.001", "greater than 0"]),
    "negative rate in a list": ({"dynamics": {"cooling_rate": [None, -1e-3, None, None]}}, ["cooling_rate", "greater than 0"]),
    "no time": ({"dynamics": {"hold_time": 0}}, ["preparation.dynamics.hold_time", "0", "greater than 0"]),
    "unknown sampler": ({"preparation": {"sampler": "metadynamics"}}, ["preparation.sampler", "metadynamics", "hybrid"]),
    "unknown thermostat": ({"dynamics": {"thermostat": "berendsen"}}, ["preparation.dynamics.thermostat", "berendsen", "bussi"]),
    "unknown device": ({"dynamics": {"device": "tpu"}}, ["preparation.dynamics.device", "tpu", "gpu"]),
    "builtin engine on a GPU": (
        {"preparation": {"sampler": "dynamics", "engine": "builtin"}, "dynamics": {"device": "gpu"}}, ["preparation.dynamics.device", "gpu", "cpu"],
    ),
    "broken restart interval": ({"preparation": {"restart_sweeps": 55}}, ["preparation.restart_sweeps", "55", "multiple of 10"]),
    "no walltime": ({"preparation": {"walltime_minutes": 0}}, ["preparation.walltime_minutes", "0", "greater than 0"]),
    "another minimiser in HOOMD-blue": ({"levels": 16, "quench": {"engine": "hoomd"}}, ["quench.minimiser", "lbfgs", "fire"]),
    "swap in HOOMD-blue": ({"levels": 16, "preparation": {"engine": "hoomd"}}, ["preparation.engine", "hoomd", "swap"]),
    "continuous sizes in HOOMD-blue": (
        {"preparation": {"engine": "hoomd", "sampler": "hybrid"}}, ["preparation.engine", "continuous sizes", "size_levels", "64"],
    ),
    "too many levels": (
        {"levels": 65, "preparation": {"engine": "hoomd", "sampler": "hybrid"}}, ["preparation.engine", "65 kinds", "size_levels", "64"],
    ),
    "friction under pressure": (
        {"levels": 16, "preparation": {"engine": "hoomd", "sampler": "dynamics"}, "dynamics": {"thermostat": "langevin", "pressure": 1.0}},
        ["preparation.dynamics.thermostat", "langevin", "bussi", "constant pressure"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), BAD.values(), ids=[name.replace(" ", "_") for name in BAD])
def test_what_cannot_be_is_one_sentence(changes, said, with_hoomd):
    with pytest.raises(InputError) as error:
        Study.from_config(laid_over(**changes))
    text = str(error.value)
    assert "\n" not in text and len(text) < 400
    assert all(word in text for word in said), text


@pytest.mark.parametrize("section", ["preparation", "quench"])
def test_hoomd_that_is_absent_is_one_sentence_that_says_how_to_get_it(section, without_hoomd):
    changes = {section: {"engine": "hoomd"}}
    with pytest.raises(InputError) as error:
        Study.from_config(laid_over(levels=16, **changes))
    text = str(error.value)
    assert "\n" not in text
    assert all(word in text for word in (f"{section}.engine", "HOOMD-blue cannot be imported", "--sdm conda", "conda-forge", "builtin")), text
    wanted = {"preparation": {"engine": "hoomd", "sampler": "hybrid"}, "quench": {"engine": "hoomd", "minimiser": "fire"}}
    assert Study.from_config(laid_over(levels=16, **wanted), conda=True).dynamics_by_hoomd


def engines(config):
    """The engine of dynamics at each point; the study says the same of all of them."""
    study = Study.from_config(config)
    found = {place.engine for place in study.places.values()}
    assert study.dynamics_by_hoomd == ("hoomd" in found) and study.engine_in_words == ", ".join(sorted(found))
    return found


def test_auto_takes_hoomd_where_it_is_and_can_run_the_model(with_hoomd):
    assert engines(laid_over(levels=32, preparation={"sampler": "hybrid"})) == {"hoomd"}
    assert engines(laid_over(preparation={"sampler": "hybrid"})) == {"builtin"}  # continuous sizes
    assert engines(laid_over(levels=32, preparation={"sampler": "hybrid", "engine": "builtin"})) == {"builtin"}
    assert chosen_engine("auto", glass_former("kob_andersen", KOB_ANDERSEN), key="preparation.engine") == "hoomd"


def test_auto_takes_the_builtin_engine_where_hoomd_is_not(without_hoomd):
    assert engines(laid_over(levels=32, preparation={"sampler": "hybrid"})) == {"builtin"}


def preparation(config, label=None):
    """What the liquids of a point, or of the first one, are made with."""
    study = Study.from_config(config)
    return study.places[label or study.main.label].preparation


def test_swap_monte_carlo_does_not_depend_on_hoomd(with_hoomd, monkeypatch):
    """A study of swap Monte Carlo must not be made anew when HOOMD-blue is installed."""
    told = preparation(CONFIG)
    assert "engine" not in told and "dynamics" not in told and "walltime_minutes" not in told
    assert "hamiltonian" not in told and told["sampler"] == "swap" and told["relaxation_times"] == CONFIG["preparation"]["relaxation_times"]
    assert not Study.from_config(CONFIG).dynamics_by_hoomd
    monkeypatch.undo()
    assert preparation(CONFIG) == told


def test_lists_have_one_entry_for_each_parent_temperature():
    config = laid_over(preparation={"sampler": "cooling"}, dynamics={"cooling_rate": [None, 1e-3, 2e-3, 3e-3], "hold_time": [1.0, 2.0, 3.0, 4.0]})
    for place, label in enumerate(Study.from_config(config).places):
        told = preparation(config, label)["dynamics"]
        assert (told["cooling_rate"], told["hold_time"]) == ([None, 1e-3, 2e-3, 3e-3][place], place + 1.0)
        assert told["engine"] in ("hoomd", "builtin")


def test_where_chains_run_changes_no_sample_and_how_often_they_are_looked_at_does():
    def identities(**section):
        study = Study.from_config(laid_over(preparation={"sampler": "swap_gpu", "swap_gpu": {"device": "gpu", "look_sweeps": 100, **section}}))
        assert study.chains_on_gpu == (section.get("device") != "cpu")
        return [study.identity(label) for label in study.places]

    assert identities() == identities(device="cpu") != identities(look_sweeps=50) and not Study.from_config(CONFIG).chains_on_gpu


def test_walltime_changes_no_sample():
    limited = laid_over(preparation={"walltime_minutes": 30})
    assert preparation(limited) == preparation(CONFIG)
    here, there = (Study.from_config(config) for config in (limited, CONFIG))
    assert all(here.identity(label) == there.identity(label) for label in there.places)


def test_planning_imports_neither_hoomd_nor_a_compiler():
    """A plan of thousands of jobs is made in seconds, and where HOOMD-blue is broken too."""
    plan = (
        "import sys, yaml; from vitrine.study import Study; config = yaml.safe_load(open('config.yaml')); "
        "config['preparation']['sampler'] = 'hybrid'; config['model']['poly']['size_levels'] = 32; Study.from_config(config); "
        "sys.exit(', '.join(name for name in ('hoomd', 'numba') if name in sys.modules) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", plan], cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": f"scripts:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_sampler_may_be_asked_for_has_its_chain_its_settings_its_price_and_its_times():
    preparation = config_schema()["properties"]["preparation"]["properties"]
    assert preparation["sampler"]["enum"] == list(SAMPLERS) and set(MONTE_CARLO) == set(CHAINS)
    assert set(SECTIONS) == set(SAMPLERS) & set(preparation) & set(CONFIG["preparation"]) - {"dynamics"}
    assert {sampler.times for sampler in SAMPLERS.values()} - {""} == set(TIMED)
    assert set(TIMED) < set(yaml.safe_load(RELAXATION_TIMES.read_text(encoding="utf-8")))
    assert all(measured_costs().step(sampler.sweep, 1000, 3).seconds > 0 for sampler in SAMPLERS.values())


# --- levels of sizes ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [1, 2, 16, 32, 64])
def test_levels_keep_the_mean_size_and_move_no_size_far(levels):
    sizes = np.random.default_rng(1).permutation(power_law_quantile((np.arange(2000) + 0.5) / 2000, 3, 2.22))
    rounded = in_levels(sizes, levels)
    width = (sizes.max() - sizes.min()) / levels
    assert len(np.unique(rounded)) <= levels
    assert rounded.mean() == pytest.approx(sizes.mean(), rel=1e-13)
    assert np.abs(rounded - sizes).max() <= width
    assert np.all(np.diff(rounded[np.argsort(sizes)]) >= 0)
    assert (rounded**3).mean() == pytest.approx((sizes**3).mean(), rel=2 * width**2)


def test_levels_are_the_same_in_every_sample():
    first, second = (poly(size_levels=16).composition(500, np.random.default_rng(seed))[0] for seed in (1, 2))
    assert np.array_equal(np.unique(first), np.unique(second)) and not np.array_equal(first, second)
    assert len(np.unique(first)) == 16
    assert (poly(size_levels=16).species, poly().species, poly(size_ratio=1.0).species) == (16, None, 1)
    assert glass_former("kob_andersen", KOB_ANDERSEN).species == 2
