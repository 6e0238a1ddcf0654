"""A config is checked before anything starts: whatever is wrong with it is one sentence with the key, the value and what is allowed."""

import re

import numpy as np
import pytest
import yaml
from configs import CONFIG, REPOSITORY, changed, ensembles, key_of, laid_over, parts, sentence, without
from naive import poly
from vitrine.choices import producer
from vitrine.config_schema import SCHEMA, config_schema
from vitrine.errors import InputError
from vitrine.observables import declarations
from vitrine.study import Study

BAD = {
    "study": [("a/b", ["a/b", "letters"]), ("", ['""', "letters"]), (3, ["3", "letters"]), ("x" * 65, ["64"]), ("..", [".."])],
    "seed": [(-1, ["-1", "at least 0"]), ("many", ["many", "whole number"]), (1.5, ["1.5", "whole number"]), (True, ["true", "whole number"])],
    "model.name": [("polly", ["polly", "poly"]), (None, ["null", "text"])],
    "model.poly.density": [(-0.5, ["-0.5", "0.001"]), ("thick", ["thick", "number"])],
    "model.poly.sizes": [("gaussian", ["gaussian", "quantiles", "random"])],
    "ensembles": [([], ["[]", "at least 1"]), ({}, ["{}", "list"]), (None, ["null", "list"])],
    "ensembles.0.axes.particles": [
        (100, ["100", "twice the range", "140"]),
        (0, ["0", "from 2 to 10000000"]),
        (10**9, ["1000000000", "from 2 to 10000000"]),
        ("256", ['"256"', "a number"]),
        (1.5, ["1.5", "whole number"]),
        ([256, 256], ["256, 256", "must differ"]),
    ],
    "ensembles.0.samples": [(0, ["0", "a whole number from 1"]), (1.5, ["1.5", "whole number"])],
    "ensembles.0.batch": [(0, ["0", "at least 1"])],
    "ensembles.0.axes.parent_temperature": [
        ([], ["[]", "a list"]),
        ([0.5, 0.7], ["0.5, 0.7", "hot to cold"]),
        ([0.7, 0.7], ["0.7, 0.7", "must differ"]),
        ([0.70001, 0.7], ["0.70001", "4 decimals"]),
        ([0.00001], ["1e-05", "4 decimals"]),
        ([0.12345], ["0.12345", "4 decimals"]),
        ([-1.0], ["-1.0", "positive"]),
        ([0], ["0", "positive"]),
        (["hot"], ["hot", "a number"]),
        ("hot", ["hot", "a number"]),
        (None, ["null", "a number"]),
    ],
    "preparation.engine": [("gromacs", ["gromacs", "builtin"])],
    "preparation.swap_fraction": [(1.5, ["1.5", "0.95"]), (-0.1, ["-0.1", "at least 0"])],
    "preparation.swap_range": [(0, ["0", "greater than 0"])],
    "preparation.relaxation_times": [(0, ["0", "at least 1"]), (2.5, ["2.5", "whole number"])],
    "preparation.pilot_samples": [(0, ["0", "at least 1"]), (2.5, ["2.5", "whole number"])],
    "preparation.pilot_relaxations": [(0, ["0", "at least 1"]), ("six", ["six", "whole number"])],
    "preparation.minimum_sweeps": [(10**9, ["1000000000", "maximum_sweeps", str(CONFIG["preparation"]["maximum_sweeps"])])],
    "quench.minimiser": [("newton", ["newton", "lbfgs", "cg", "fire"])],
    "quench.tolerance": [("1e-10", ["1e-10", "number"]), (1e-3, ["0.001", "1e-06"]), (1e-20, ["1e-20", "1e-13"])],
    "linear_algebra.solver": [("lapack", ["lapack", "auto", "dense"])],
    "linear_algebra.device": [("tpu", ["tpu", "auto, cpu, gpu"]), (True, ["true", "gpu"])],
    "observables.liquids.tolerance": [(0, ["0", "greater than 0"]), ("some", ["some", "number"])],
    "observables.reheating.samples": [(1, ["1", "at least 2"]), (2.5, ["2.5", "whole number"])],
    "observables.modes": [(3, ["3", "section", "null"])],
    "observables.modes.vectors": [("some", ["some", "all"]), (0, ["0", "all", "1"]), (1.5, ["1.5", "all"])],
    "observables.modes.spectrum": [("half", ["half", "full", "lowest"])],
    "observables.modes.phonon_fraction": [(1.5, ["1.5", "at most 1"])],
    "observables.modes.large_above": [("warm", ["warm", "number", "null"]), (0, ["0", "greater than 0"])],
    "observables.pinching.bonds": [("few", ["few", "all"]), (-3, ["-3", "all"])],
    "observables.bond_operator.spectrum": [("lowest", ["lowest", "largest"])],
    "figures": [("some", ["some", "all", "list"]), (None, ["null", "all", "list"])],
    "figure_options.trends.quantities": [([], ["[]", "at least 1"])],
    "analysis.bootstrap": [(1, ["1", "at least 2"])],
    "analysis.temperature_name": [("T onset", ["T onset", "a symbol such as T_onset"])],
}
CASES = [(path, value, said) for path, values in BAD.items() for value, said in values]


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
SECTIONS = [name for name, value in CONFIG.items() if isinstance(value, dict)] + ["model.poly", "ensembles.0", "ensembles.0.axes"]
SECTIONS += ["observables.modes", "preparation.dynamics"]
# What has a default elsewhere: settings of observables and figures, parameters as published, a history; and what the study goes without.
OPTIONAL = ("observables.", "figure_options.", "model.poly.", "ensembles.0.ladder", "ensembles.0.measured")
NEEDED = sorted(path for path in LEAVES if not path.startswith(OPTIONAL))


@pytest.mark.parametrize("path", [*NEEDED, *(name for name in CONFIG if name not in LEAVES)])
def test_every_missing_key_is_named(path):
    if path == "ensembles.0.axes.parent_temperature":
        assert "ensembles[0].ladder is parent_temperature: allowed are its axes particles" in sentence(without(path))
        return
    text = sentence(without(path))
    assert key_of(path) in text and "missing" in text


@pytest.mark.parametrize("path", sorted(path for path in LEAVES if path.startswith(("observables.", "figure_options."))))
def test_what_an_observable_is_not_told_has_its_declared_default(path):
    section, name, *leaf = path.split(".")
    if not leaf:
        return  # an observable that is left out, or without settings
    study = Study.from_config(without(path))
    if section == "observables":
        assert study.settings[name][leaf[0]] == declarations()[name].defaults[leaf[0]]
    else:
        assert study.options[name][leaf[0]] == next(option.default for option in study.figures[name].options if option.name == leaf[0])


@pytest.mark.parametrize("section", ["", *SECTIONS])
def test_unknown_keys_are_named_with_what_is_allowed(section):
    path = f"{section}.unheard_of".lstrip(".")
    text = sentence(changed(path, 3 if section.endswith("axes") else {}))
    assert key_of(path) in text
    if section == "axes":
        assert "section" in text  # the name of an axis is free
        return
    known = CONFIG
    for part in parts(section):
        known = known[part]
    assert ("is no axis" if section == "ensembles.0.axes" else "unknown") in text
    assert all(key in text for key in known), text


@pytest.mark.parametrize("path", sorted(LEAVES))
@pytest.mark.parametrize("value", [[], {"a": 1}, "word"], ids=str)
def test_every_leaf_of_a_wrong_kind_is_named(path, value):
    """Whatever stands where it does not belong: a sentence with the key, never a traceback."""
    allowed = {("study", "word"), ("analysis.temperature_name", "word"), ("figures", "[]")}
    if (path, str(value)) not in allowed:
        assert key_of(path) in sentence(changed(path, value))


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("value", [3, "word", [1], None], ids=str)
def test_every_section_that_is_no_section_is_named(section, value):
    if value is None and section == "model.poly":
        return  # as published
    if value is None and section == "observables.modes":
        assert "needs the observable modes" in sentence(changed(section, value)) or "of the observable modes" in sentence(changed(section, value))
        return
    assert key_of(section) in sentence(changed(section, value))


NUMBERS = sorted(path for path, value in LEAVES.items() if isinstance(value, float))


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_no_number_may_be_nan_or_infinite(path, value):
    """YAML knows .nan and .inf; nothing can be prepared with them."""
    assert f"{key_of(path)} is {value}: allowed is a finite number" in sentence(changed(path, value))


WHOLE = ["seed", "ensembles.0.axes.particles", "ensembles.0.samples", "ensembles.0.batch", "preparation.tuning_sweeps", "preparation.minimum_sweeps"]


@pytest.mark.parametrize("path", WHOLE)
def test_a_whole_number_written_with_a_point_is_refused(path):
    """256.0 is 256 to some and no whole number to others; it must never end in a path N256.0 or in a traceback."""
    assert key_of(path) in sentence(changed(path, float(LEAVES[path])))


@pytest.mark.parametrize("config", [None, [], "text", 3], ids=str)
def test_a_config_that_is_no_mapping(config):
    sentence(config)


def test_a_point_that_two_ensembles_have():
    one = {"particles": 256, "parent_temperature": [0.9, 0.7]}
    text = sentence(ensembles({"axes": one}, {"axes": {**one, "parent_temperature": 0.7}}))
    assert "ensembles[1].axes" in text and "N = 256, T_p = 0.7" in text and "another ensemble" in text
    assert len(Study.from_config(ensembles({"axes": one}, {"axes": {**one, "parent_temperature": 0.6}})).places) == 3


def test_second_ensemble_is_checked_too():
    second = {**CONFIG["ensembles"][0], "axes": {"particles": 300, "parent_temperature": [0.4, 0.5]}}
    assert "ensembles[1].axes.parent_temperature" in sentence(changed("ensembles", [CONFIG["ensembles"][0], second]))


def test_least_number_of_particles_is_enough():
    least = int(np.ceil((2 * poly().range) ** 3 * 0.58))
    assert Study.from_config(changed("ensembles.0.axes.particles", least)).main.particles == least
    assert str(least) in sentence(changed("ensembles.0.axes.particles", least - 1))


def test_more_batches_than_can_be_planned():
    text = sentence(ensembles({"axes": {"particles": 256, "parent_temperature": 1.0}, "samples": 200_001, "batch": 2}))
    assert "ensembles[0].batch is 2" in text and "100001 batches" in text and "allowed are 100000" in text


def test_more_values_than_a_config_has():
    """As from YAML's aliases, which unfold into billions of values."""
    many = [[0.5] * 1000] * 200
    assert "100000 values" in sentence(changed("figure_options.trends.quantities", many))
    deep: list = []
    for _ in range(30):
        deep = [deep]
    assert "20 deep" in sentence(changed("figures", deep))


def test_every_shipped_config_is_sound():
    for overlay in [None, *sorted((REPOSITORY / "studies").glob("*.yaml"))]:
        study = Study.from_config(laid_over(CONFIG, yaml.safe_load(overlay.read_text(encoding="utf-8")) if overlay else {}), directory=REPOSITORY)
        assert overlay is None or study.name == overlay.stem


def test_the_default_study_asks_for_what_the_issue_asks():
    study = Study.from_config(CONFIG)
    assert len({place.point.parent_temperature for place in study.places.values()}) >= 4
    assert study.places[study.main.label].model.describe()["parameters"]["smoothness"] == 3
    assert study.name == "default" and study.seed == CONFIG["seed"]


def test_file_and_schema_are_in_step():
    """Every key of the schema stands in config.yaml, and none more; every observable has its section there, with all its settings."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    whole = config_schema()
    assert set(whole["properties"]) == set(CONFIG) == set(schema["required"])
    for name, section in whole["properties"].items():
        if section.get("additionalProperties") is False and isinstance(CONFIG[name], dict):
            of_declarations = name in ("observables", "figure_options")
            assert of_declarations or set(section["properties"]) == set(CONFIG[name]) == set(section["required"])
    text = (REPOSITORY / "config.yaml").read_text(encoding="utf-8")
    for kind in ("observables", "figure_options"):
        for name, section in whole["properties"][kind]["properties"].items():
            assert re.search(rf"^  (# )?{name}:", text, re.MULTILINE), name
            assert CONFIG[kind].get(name) is None or set(section["properties"]) == set(CONFIG[kind][name]), name


def needed_by(name: str) -> set[str]:
    """The observables whose files one takes, or that it requires, through others or not."""
    one, makers = declarations()[name], set()
    for file in (*one.takes, *one.combines):
        maker = producer(file, declarations())
        makers |= {maker.name} if maker is not None and maker is not one else set()
    own = {other for other in (*one.requires, *makers) if other not in CONFIG["observables"] and not declarations()[other].preparation}
    return own.union(*(needed_by(other) for other in own))


def test_the_schema_allows_every_declared_default_and_says_so_to_others():
    for name, one in declarations().items():
        config = changed("model.poly.dimension", max(d for d in one.dimensions if d < 4), changed("trajectories.frames", 200))  # what spectra need
        for other in needed_by(name):
            config = changed(f"observables.{other}", {}, config)
        for setting in one.settings:
            if name in CONFIG["observables"] or not one.preparation:
                section = changed(f"observables.{name}", {setting.name: setting.default}, config)
                assert Study.from_config(section).settings[name] == one.defaults
                assert f"observables.{name}.{setting.name}" in sentence(changed(f"observables.{name}", {setting.name: {}}, config))


def test_an_observable_of_the_plane_is_refused_in_space():
    text = sentence(changed("observables.mode_maps", {}))
    assert "observables.mode_maps" in text and "2 dimensions" in text and "some of 3" in text and "null" in text
    assert "mode_maps" in Study.from_config(changed("observables.mode_maps", {}, changed("model.poly.dimension", 2))).observables


def test_a_study_without_glasses_that_anything_measures():
    """No observable at all is a study too: liquids and glasses alone."""
    study = Study.from_config(changed("observables", {}))
    assert set(study.observables) == {"liquids", "glasses"} and study.measured == []
    with pytest.raises(InputError):
        Study.from_config(changed("figures", ["defects"], changed("observables", {})))
