"""A config is checked before anything starts; batches, paths and seeds follow from it."""

import copy
from pathlib import Path

import numpy as np
import pytest
import yaml
from naive import poly
from vitrine import seeds
from vitrine.batches import sample_indices
from vitrine.errors import InputError
from vitrine.preparation.liquids import random_starts
from vitrine.seeds import sample_generator
from vitrine.study import SCHEMA, EnsemblePlan, Study, temperature_name

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))


def changed(path, value):
    """The default config with one leaf replaced; path such as ensembles.0.samples."""
    config = copy.deepcopy(CONFIG)
    *folders, name = path.split(".")
    place = config
    for folder in folders:
        place = place[int(folder) if folder.isdigit() else folder]
    place[int(name) if name.isdigit() else name] = value
    return config


def without(path):
    config = copy.deepcopy(CONFIG)
    *folders, name = path.split(".")
    place = config
    for folder in folders:
        place = place[int(folder) if folder.isdigit() else folder]
    del place[name]
    return config


def sentence(config):
    with pytest.raises(InputError) as error:
        Study.from_config(config)
    text = str(error.value)
    assert "\n" not in text and len(text) < 400
    return text


BAD = {
    "study": [("a/b", ["a/b", "letters"]), ("", ['""', "letters"]), (3, ["3", "letters"]), ("x" * 65, ["64"]), ("..", [".."])],
    "seed": [(-1, ["-1", "at least 0"]), ("many", ["many", "whole number"]), (1.5, ["1.5", "whole number"]), (True, ["true", "whole number"])],
    "model.name": [("polly", ["polly", "poly"]), (None, ["null", "text"])],
    "model.poly.density": [(-0.5, ["-0.5", "0.001"]), ("thick", ["thick", "number"])],
    "model.poly.sizes": [("gaussian", ["gaussian", "quantiles", "random"])],
    "ensembles": [([], ["[]", "at least 1"]), ({}, ["{}", "list"]), (None, ["null", "list"])],
    "ensembles.0.particles": [(100, ["100", "twice the range", "140"]), (0, ["0", "at least 2"]), ("256", ["256", "whole number"])],
    "ensembles.0.samples": [(0, ["0", "at least 1"]), (1.5, ["1.5", "whole number"])],
    "ensembles.0.batch": [(0, ["0", "at least 1"])],
    "ensembles.0.parent_temperatures": [
        ([], ["[]", "at least 1"]),
        ([0.5, 0.7], ["0.5, 0.7", "hot to cold"]),
        ([0.7, 0.7], ["0.7, 0.7", "hot to cold"]),
        ([0.70001, 0.7], ["0.70001", "4 decimals"]),
        ([0.00001], ["1e-05", "positive"]),
        ([0.12345], ["0.12345", "4 decimals"]),
        (0.7, ["0.7", "list"]),
    ],
    "ensembles.0.parent_temperatures.0": [(-1.0, ["-1.0", "greater than 0"]), (0, ["0", "greater than 0"]), ("hot", ["hot", "number"])],
    "preparation.engine": [("gromacs", ["gromacs", "builtin"])],
    "preparation.swap_fraction": [(1.5, ["1.5", "0.95"]), (-0.1, ["-0.1", "at least 0"])],
    "preparation.swap_range": [(0, ["0", "greater than 0"])],
    "preparation.relaxation_times": [(0, ["0", "at least 1"]), (2.5, ["2.5", "whole number"])],
    "preparation.minimum_sweeps": [(10**9, ["1000000000", "maximum_sweeps", str(CONFIG["preparation"]["maximum_sweeps"])])],
    "quench.minimiser": [("newton", ["newton", "lbfgs", "cg", "fire"])],
    "quench.tolerance": [("1e-10", ["1e-10", "number"]), (1e-3, ["0.001", "1e-06"]), (1e-20, ["1e-20", "1e-13"])],
    "linear_algebra.solver": [("lapack", ["lapack", "auto", "dense"])],
    "linear_algebra.device": [("tpu", ["tpu", "auto, cpu, gpu"]), (True, ["true", "gpu"])],
    "modes.vectors": [("some", ["some", "all"]), (0, ["0", "all", "1"]), (1.5, ["1.5", "all"])],
    "modes.spectrum": [("half", ["half", "full", "lowest"])],
    "pinching.bonds": [("few", ["few", "all"]), (-3, ["-3", "all"])],
    "bond_operator.spectrum": [("lowest", ["lowest", "largest"])],
    "analysis.bootstrap": [(1, ["1", "at least 2"])],
    "analysis.phonon_fraction": [(1.5, ["1.5", "at most 1"])],
    "analysis.large_above": [("warm", ["warm", "number", "null"]), (0, ["0", "greater than 0"])],
}
CASES = [(path, value, said) for path, values in BAD.items() for value, said in values]


def key_of(path):
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split(".")).lstrip(".")


@pytest.mark.parametrize(("path", "value", "said"), CASES, ids=[f"{path}={value}"[:50] for path, value, _ in CASES])
def test_bad_value_is_one_sentence(path, value, said):
    text = sentence(changed(path, value))
    assert key_of(path) in text
    assert all(word in text for word in said), text


def leaves(config, path=()):
    if isinstance(config, dict):
        for key, value in config.items():
            yield from leaves(value, (*path, key))
    elif isinstance(config, list) and config and isinstance(config[0], dict):
        yield from leaves(config[0], (*path, "0"))
    else:
        yield ".".join(path), config


LEAVES = dict(leaves(CONFIG))
SECTIONS = [name for name, value in CONFIG.items() if isinstance(value, dict)] + ["model.poly", "ensembles.0"]


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_every_missing_key_is_named(path):
    text = sentence(without(path))
    assert key_of(path) in text and "missing" in text


@pytest.mark.parametrize("section", ["", *SECTIONS])
def test_unknown_keys_are_named_with_what_is_allowed(section):
    path = f"{section}.unheard_of".lstrip(".")
    text = sentence(changed(path, 3))
    assert key_of(path) in text and "unknown" in text
    known = changed(path, 3)
    for part in section.split(".") if section else []:
        known = known[int(part) if part.isdigit() else part]
    assert all(key in text for key in known if key != "unheard_of"), text


@pytest.mark.parametrize("path", sorted(LEAVES))
@pytest.mark.parametrize("value", [[], {"a": 1}, "word"], ids=str)
def test_every_leaf_of_a_wrong_kind_is_named(path, value):
    """Whatever stands where it does not belong: a sentence with the key, never a traceback."""
    if path == "study" and value == "word":
        return
    assert key_of(path) in sentence(changed(path, value))


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("value", [3, "word", [1], None], ids=str)
def test_every_section_that_is_no_section_is_named(section, value):
    assert key_of(section) in sentence(changed(section, value))


NUMBERS = sorted(path for path, value in LEAVES.items() if isinstance(value, float))


LIMITS = ("preparation.swap_range", "preparation.maximum_drift", "pinching.weak_force", "analysis.crossover_temperature", "analysis.plateau_excess")


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_no_number_may_be_nan_or_infinite(path, value):
    """YAML knows .nan and .inf; nothing can be prepared with them. Infinity may stand where it means that there is no limit."""
    if not (path in LIMITS and value == float("inf")):
        assert key_of(path) in sentence(changed(path, value))


WHOLE = ["seed", "ensembles.0.particles", "ensembles.0.samples", "ensembles.0.batch", "preparation.tuning_sweeps", "preparation.minimum_sweeps"]


@pytest.mark.parametrize("path", WHOLE)
def test_a_whole_number_written_with_a_point_means_the_same_or_is_refused(path):
    """256.0 is 256 to some and no whole number to others; it must never end in a path N256.0 or in a traceback."""
    config = changed(path, float(LEAVES[path]))
    try:
        study = Study.from_config(config)
    except InputError as error:
        assert key_of(path) in str(error)
        return
    plan, reference = study.main, Study.from_config(CONFIG).main
    assert [f"N{size}" for size in study.ensembles] == [f"N{reference.particles}"]
    assert plan.batches() == reference.batches()
    assert repr(study.seed) == repr(Study.from_config(CONFIG).seed)


@pytest.mark.parametrize("config", [None, [], "text", 3], ids=str)
def test_a_config_that_is_no_mapping(config):
    sentence(config)


def test_two_ensembles_of_one_size():
    config = changed("ensembles", [CONFIG["ensembles"][0]] * 2)
    text = sentence(config)
    assert "ensembles[1].particles" in text and str(CONFIG["ensembles"][0]["particles"]) in text


def test_second_ensemble_is_checked_too():
    second = {**CONFIG["ensembles"][0], "particles": 300, "parent_temperatures": [0.4, 0.5]}
    assert "ensembles[1].parent_temperatures" in sentence(changed("ensembles", [CONFIG["ensembles"][0], second]))


def test_least_number_of_particles_is_enough():
    least = int(np.ceil((2 * poly().range) ** 3 * 0.58))
    assert Study.from_config(changed("ensembles.0.particles", least)).main.particles == least
    assert str(least) in sentence(changed("ensembles.0.particles", least - 1))


def laid_over(config, overlay):
    """As Snakemake lays config files over each other: sections are merged, all else is replaced."""
    if not (isinstance(config, dict) and isinstance(overlay, dict)):
        return copy.deepcopy(overlay)
    return {**copy.deepcopy(config), **{key: laid_over(config.get(key), value) for key, value in overlay.items()}}


def test_every_shipped_config_is_sound():
    for overlay in [None, *sorted((REPOSITORY / "studies").glob("*.yaml"))]:
        study = Study.from_config(laid_over(CONFIG, yaml.safe_load(overlay.read_text(encoding="utf-8")) if overlay else {}))
        assert overlay is None or study.name == overlay.stem


def test_the_default_study_asks_for_what_the_issue_asks():
    study = Study.from_config(CONFIG)
    assert len(study.main.parent_temperatures) >= 4
    assert study.model.describe()["parameters"]["smoothness"] == 3
    assert study.name == "default" and study.seed == CONFIG["seed"]


def test_file_and_schema_are_in_step():
    """Every key of the schema stands in config.yaml, and none more."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    assert set(schema["properties"]) == set(CONFIG) == set(schema["required"])
    for name, section in schema["properties"].items():
        if section.get("additionalProperties") is False and isinstance(CONFIG[name], dict):
            assert set(section["properties"]) == set(CONFIG[name]) == set(section["required"])


# --- batches, paths and seeds -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("samples", "batch"), [(1, 1), (10, 3), (12, 4), (5, 100), (100_001, 250), (7, 1)])
def test_batches_hold_every_sample_once(samples, batch):
    plan = EnsemblePlan(256, samples, batch, (1.0,))
    indices = [index for name in plan.batches() for index in sample_indices(name)]
    assert indices == list(range(samples))
    assert all(1 <= len(sample_indices(name)) <= batch for name in plan.batches())


def test_names_of_batches():
    assert EnsemblePlan(256, 5, 2, (1.0,)).batches() == ["00000-00001", "00002-00003", "00004-00004"]


def test_ladder():
    plan = EnsemblePlan(256, 5, 2, (1.3, 0.7, 0.45))
    assert [plan.hotter(temperature_name(t)) for t in plan.parent_temperatures] == [None, "1.3000", "0.7000"]
    assert temperature_name(1) == "1.0000" and float(temperature_name(0.45)) == 0.45


def test_streams_are_fixed_by_what_they_should_be_and_nothing_else():
    reference = sample_generator(7, seeds.LIQUID, 256, 0.45, 3).random(4)
    assert np.array_equal(reference, sample_generator(7, seeds.LIQUID, 256, 0.45, 3).random(4))
    others = [
        (8, seeds.LIQUID, 256, 0.45, 3), (7, seeds.START, 256, 0.45, 3), (7, seeds.LIQUID, 257, 0.45, 3),
        (7, seeds.LIQUID, 256, 0.4501, 3), (7, seeds.LIQUID, 256, 0.45, 4), (7 + 2**32, seeds.LIQUID, 256, 0.45, 3),
    ]  # fmt: skip
    first = [sample_generator(*arguments).random(4).tobytes() for arguments in others]
    assert len({reference.tobytes(), *first}) == 7
    tags = [seeds.START, seeds.LIQUID, seeds.PINCH, seeds.BOOTSTRAP, seeds.CHOICE]
    assert len(set(tags)) == 5


def test_streams_of_neighbouring_samples_are_independent():
    draws = np.array([sample_generator(1, seeds.LIQUID, 256, 0.45, index).random(2000) for index in range(20)])
    correlation = np.corrcoef(draws)[np.triu_indices(20, 1)]
    assert np.abs(correlation).max() < 4.5 / np.sqrt(2000)


def test_temperatures_that_print_alike_have_one_stream():
    assert np.array_equal(*(sample_generator(1, seeds.LIQUID, 256, t, 0).random(3) for t in (0.3, 0.1 + 0.2)))


def test_a_sample_does_not_depend_on_its_batch():
    by_ones = [sample for index in range(4) for sample in random_starts(poly(), 160, 1.3, [index], 5)]
    for together, alone in zip(random_starts(poly(), 160, 1.3, range(4), 5), by_ones, strict=True):
        assert together.index == alone.index and np.array_equal(together.positions, alone.positions)
        assert np.array_equal(together.sizes, alone.sizes)
