"""A config file says what it is taken for: nothing in it is lost in silence, and no number is another one than it looks like."""

from pathlib import Path

import pytest
from vitrine.config_files import check_config_files, merged_config
from vitrine.errors import InputError

REPOSITORY = Path(__file__).resolve().parents[2]
TAKEN_OTHERWISE = {
    "a section twice": ("quench:\n  step: 0.1\nseed: 1\nquench:\n  method: fire\n", ["quench stands twice", "lines 1 and 4"]),
    "a leaf twice": ("quench:\n  step: 0.1\n  step: 0.2\n", ["quench.step stands twice", "lines 2 and 3"]),
    "a leaf twice, once in quotes": ("seed: 1\n'seed': 2\n", ["seed stands twice", "lines 1 and 2"]),
    "twice in a list": ("ensembles:\n- {particles: 160}\n- particles: 160\n  batch: 2\n  batch: 3\n", ["ensembles[1].batch stands twice", "4 and 5"]),
    "twice in JSON": ('{"seed": 1,\n "seed": 2}', ["seed stands twice", "lines 1 and 2"]),
    "hours": ("preparation:\n  walltime_minutes: 12:00:00\n", ["preparation.walltime_minutes in line 2 is 12:00:00", "43200", "in quotes"]),
    "minutes and seconds": ("preparation:\n  walltime_minutes: 1:30.5\n", ["preparation.walltime_minutes in line 2 is 1:30.5", "90.5"]),
    "a leading zero": ("seed: 0123\n", ["seed in line 1 is 0123", "83"]),
    "a leading zero below zero": ("seed: -0123\n", ["seed in line 1 is -0123", "-83"]),
    "a leading zero in a list": ("ensembles:\n- parent_temperatures: [1.0, 010]\n", ["ensembles[0].parent_temperatures[1] in line 2 is 010", "8"]),
    "a leading zero of a key": ("model:\n  017: 1\n", ["model.017 in line 2 is 017", "15"]),
}
SOUND = {
    "text in quotes": ("study: '0123'\n", {"study": "0123"}),
    "a time in quotes": ("study: '12:00:00'\n", {"study": "12:00:00"}),
    "zeros of numbers in tens": ("a: [0, 0.5, 1.0e-10, -0.0, 100]\n", {"a": [0, 0.5, 1e-10, 0.0, 100]}),
    "the same key in two sections": ("a:\n  step: 1\nb:\n  step: 2\n", {"a": {"step": 1}, "b": {"step": 2}}),
    "a section laid over another one": ("a: &a {b: 1, c: 2}\nd:\n  <<: *a\n  b: 3\n", {"a": {"b": 1, "c": 2}, "d": {"b": 3, "c": 2}}),
    "a mark of the order of bytes": ("\ufeffseed: 1\n", {"seed": 1}),
    "JSON": ('{"seed": 1, "quench": {"step": 0.1}}', {"seed": 1, "quench": {"step": 0.1}}),
}


def refused(file):
    """The sentence, the same by either door."""
    with pytest.raises(InputError) as first:
        check_config_files([str(file)])
    with pytest.raises(InputError) as second:
        merged_config([file])
    assert str(first.value) == str(second.value) and "\n" not in str(first.value)
    return str(first.value)


@pytest.mark.parametrize(("text", "said"), TAKEN_OTHERWISE.values(), ids=TAKEN_OTHERWISE)
def test_what_yaml_would_take_otherwise_is_refused_by_key_and_line(tmp_path, text, said):
    file = tmp_path / "my study.yaml"
    file.write_text(text, encoding="utf-8")
    sentence = refused(file)
    assert sentence.startswith(f"{file}: ") and all(words in sentence for words in said), sentence


@pytest.mark.parametrize(("text", "content"), SOUND.values(), ids=SOUND)
def test_what_is_said_once_and_plainly_is_read(tmp_path, text, content):
    file = tmp_path / "study.yaml"
    file.write_text(text, encoding="utf-8")
    check_config_files([file])
    assert merged_config([file]) == content


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_one_sentence(tmp_path, encoding):
    file = tmp_path / "study.yaml"
    file.write_text("study: gläser\n", encoding=encoding)
    assert refused(file) == f"{file}: its text is not in UTF-8, in which a config is written; save it in that encoding"


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "a: 1\n---\nb: 2\n", "a: \x00", "{" * 5000, "[" * 5000 + "]" * 5000], ids=range(7))
def test_what_is_no_section_of_keys_is_one_sentence(tmp_path, text):
    file = tmp_path / "study.yaml"
    file.write_text(text, encoding="utf-8")
    assert refused(file).startswith(f"{file}: ")


def test_files_that_are_not_there_are_one_sentence(tmp_path):
    assert "nowhere.yaml" in refused(tmp_path / "nowhere.yaml")
    assert str(tmp_path) in refused(tmp_path)


def test_aliases_of_aliases_are_looked_at_once(tmp_path):
    names = "abcdefghijklmnopqrst"
    lines = ["a: &a [1]", *(f"{b}: &{b} [{', '.join(9 * [f'*{a}'])}]" for a, b in zip(names, names[1:], strict=False))]
    (tmp_path / "study.yaml").write_text("\n".join(lines), encoding="utf-8")
    check_config_files([tmp_path / "study.yaml"])


@pytest.mark.parametrize("file", [REPOSITORY / "config.yaml", *sorted((REPOSITORY / "studies").glob("*.yaml"))], ids=lambda file: file.stem)
def test_the_studies_of_the_repository_say_what_they_are_taken_for(file):
    check_config_files([file])
