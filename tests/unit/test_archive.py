"""A study packed: what is in it, the same bytes for the same files, and folders that are no study."""

import json
import tarfile

import pytest
import yaml
from vitrine.archive import archive_study
from vitrine.errors import InputError
from vitrine.record import git_state, study_record

CONFIG = {"study": "small", "seed": 7, "model": {"name": "poly"}}


@pytest.fixture
def folder(tmp_path):
    """A finished study in miniature, with a half-written file and a link out of it."""
    folder = tmp_path / "results" / "small"
    record = study_record(CONFIG, {"find_modes": "abc"}, "builtin", {"N = 256": "dense"}, tmp_path)
    files = {
        "provenance.json": json.dumps(record), "summary.md": "# small", "figures/boltzmann.svg": "<svg/>", "tables/fits.parquet": "fits",
        "N256/T0.4000/00000-00003/glasses.gsd": "glasses", "N256/T0.4000/modes_estimates.parquet": "estimates",
        "tables/.12.partial.fits.parquet": "half",
        "logs/fit_study.log": "log",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret").write_text("secret")
    (folder / "tables" / "link").symlink_to(tmp_path / "secret")
    return folder


def content(path):
    with tarfile.open(path) as archive:
        return {entry.name: archive.extractfile(entry).read().decode() for entry in archive}


def test_without_samples(folder):
    packed = content(archive_study(folder))
    assert set(packed) == {
        f"small/{name}" for name in ("config.yaml", "provenance.json", "summary.md", "figures/boltzmann.svg", "tables/fits.parquet")
    }
    assert yaml.safe_load(packed["small/config.yaml"]) == CONFIG
    assert packed["small/tables/fits.parquet"] == "fits"


def test_with_samples(folder):
    packed = set(content(archive_study(folder, samples=True))) - set(content(archive_study(folder)))
    assert packed == {"small/N256/T0.4000/00000-00003/glasses.gsd", "small/N256/T0.4000/modes_estimates.parquet"}


def test_the_same_files_give_the_same_bytes(folder):
    first = archive_study(folder, samples=True).read_bytes()
    (folder / "summary.md").touch()
    assert archive_study(folder, samples=True).read_bytes() == first


@pytest.mark.parametrize("text", [None, "", "{"])
def test_what_is_no_finished_study(folder, text):
    (folder / "provenance.json").unlink()
    if text is not None:
        (folder / "provenance.json").write_text(text)
    with pytest.raises(InputError, match="small: not the folder of a finished study.*run the study first"):
        archive_study(folder)
    assert not (folder.parent / "small.tar.gz").exists()


def test_no_checkout_has_no_commit(tmp_path):
    assert git_state(tmp_path) == {"commit": None, "changed": [], "reason": "git says: not a git repository (or any of the parent directories): .git"}


def test_a_checkout_names_its_commit_and_what_was_changed(tmp_path):
    import subprocess

    def git(*words):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        return subprocess.run(["git", "-C", tmp_path, *identity, *words], check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "code.py").write_text("1")
    git("add", "code.py")
    git("commit", "-qm", "first")
    assert git_state(tmp_path) == {"commit": git("rev-parse", "HEAD"), "changed": []}
    (tmp_path / "code.py").write_text("2")
    assert git_state(tmp_path)["changed"] == ["code.py"]
