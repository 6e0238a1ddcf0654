"""A study packed: what is in it, the same bytes for the same files, and what is refused by name."""

import json
import os
import subprocess
import sys
import tarfile

import pytest
import yaml
from study_files import BATCH, Results
from test_status import COLD, FIRST, HOT, LAST, REPOSITORY, SECOND, small
from vitrine.errors import InputError
from vitrine.runs.archive import archive_study

TABLES = (
    "quantities", "fits", "flags", "ensembles", "liquids", "relaxation_curves", "energy_windows", "mode_density", "mode_windows",
    "tail_windows", "pinching_force", "pinching_scatter", "bond_operator_density",
)  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return small()


@pytest.fixture
def results(study, tmp_path):
    """A finished study in miniature, with a half-written file, a link out of it and a sync client's copies."""
    made = Results(study, tmp_path)
    made.everything()
    (tmp_path / "secret").write_text("secret")
    (made.folder / "tables" / "link").symlink_to(tmp_path / "secret")
    for name in ("tables/.12.partial.fits.parquet", "tables/fits (conflict).parquet", "figures/._lengths.svg", f"{HOT}/{FIRST}/._liquids.gsd"):
        (made.folder / name).write_text("foreign")
    (made.folder / HOT / "00000-00009").mkdir()
    (made.folder / HOT / "00000-00009" / "liquids.gsd").write_text("of other batches")
    made.log("fit_study", HOT, FIRST)
    return made


def packed(results, **options):
    with tarfile.open(archive_study(results.study, results.directory, **options)[0]) as archive:
        return {entry.name.removeprefix("small/"): archive.extractfile(entry).read() for entry in archive}


def test_without_samples(results):
    there = packed(results)
    figures = {f"figures/{name}.{ending}" for name in results.study.figures for ending in ("svg", "pdf")}
    tables = {f"tables/{name}.parquet" for name in TABLES}
    assert set(there) == {"config.yaml", "provenance.json", "summary.md", "summary.parquet", *figures, *tables}
    assert yaml.safe_load(there["config.yaml"]) == results.study.config
    assert there["tables/fits.parquet"] == (results.folder / "tables" / "fits.parquet").read_bytes()


def test_with_samples(results):
    added = set(packed(results, samples=True)) - set(packed(results))
    batches = {f"{label}/{batch}/{file}" for label in (HOT, COLD) for batch in (FIRST, SECOND, LAST) for files in BATCH.values() for file in files}
    assert batches < added
    averages = [file for one in results.study.aggregated for file in one.averages]
    assert added - batches == {f"{label}/{file}" for label in (HOT, COLD) for file in [*averages, "pilot.gsd", "pilot.parquet"]}


def test_a_report_belongs_to_a_whole_study(results):
    (results.folder / "report.html").write_text("<html/>")
    assert packed(results)["report.html"] == b"<html/>"
    (results.folder / "figures" / "lengths.pdf").unlink()
    assert "report.html" not in packed(results, unfinished=True)


def test_the_same_files_give_the_same_bytes(results):
    first = archive_study(results.study, results.directory, samples=True)[0].read_bytes()
    os.utime(results.folder / "summary.md", (0, 0))
    assert archive_study(results.study, results.directory, samples=True)[0].read_bytes() == first


def refused(results, *words, **options):
    with pytest.raises(InputError) as refusal:
        archive_study(results.study, results.directory, **options)
    assert not list(results.folder.parent.glob("*.tar.gz"))
    for word in words:
        assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("file", ["tables/fits.parquet", "figures/lengths.pdf", "summary.md", "provenance.json"])
def test_an_unfinished_study_is_refused_unless_asked_for(results, file):
    (results.folder / file).unlink()
    refused(results, "the study is not finished", f"missing: {file}", "--unfinished")
    path, left_out = archive_study(results.study, results.directory, unfinished=True)
    assert left_out[0].startswith(f"missing: {file}")
    assert set(packed(results, unfinished=True)) >= {"config.yaml", "tables/quantities.parquet" if "fits" not in file else "summary.md"}


def test_batches_are_asked_for_with_the_samples_alone(results):
    (results.folder / COLD / LAST / "liquids.parquet").unlink()
    packed(results)
    (results.folder.parent / "small.tar.gz").unlink()
    refused(results, f"missing: {COLD}/{LAST}/liquids.parquet", samples=True)
    there = packed(results, samples=True, unfinished=True)
    assert f"{COLD}/{LAST}/liquids.gsd" not in there  # half a step is no step
    assert f"{COLD}/{SECOND}/liquids.gsd" in there


def test_batches_of_another_seed_are_refused_by_name(results):
    results.batch(COLD, SECOND, "find_modes", identity="another seed")
    refused(results, f"made with another seed, ladder or other settings than those of the study: {COLD}/{SECOND}/modes.parquet", samples=True)
    assert f"{COLD}/{SECOND}/modes.parquet" not in packed(results, samples=True, unfinished=True)


def test_averages_of_another_seed_are_refused_by_name(results):
    results.average(HOT, "pinching", identity="another seed")
    refused(results, f"made with another seed, ladder or other settings than those of the study: {HOT}/pinching_estimates.parquet", samples=True)


@pytest.mark.parametrize("change", [{"seed": 8}, {"analysis": {"bootstrap": 100}}])
def test_a_study_of_other_settings_is_refused(results, change):
    """Its files are whole and fit together; the config has gone on."""
    config = results.study.config
    other = small(**{name: {**config[name], **value} if isinstance(value, dict) else value for name, value in change.items()})
    with pytest.raises(InputError, match="made with another seed, ladder or other settings than those of the study: tables/.*, tables/.* and "):
        archive_study(other, results.directory)
    with pytest.raises(InputError, match="there is nothing of the study small"):
        archive_study(other, results.directory, unfinished=True)


def test_a_figure_goes_by_the_tables_that_it_draws(results):
    """It says nothing of itself."""
    results.whole(identity="another seed")
    refused(results, "made with another seed")
    assert set(packed(results, unfinished=True)) == {"config.yaml", "provenance.json"}


@pytest.mark.parametrize("text", ["", "{", "{}", '{"config": {"study": "small"}}', '{"config": 3}'])
def test_a_record_that_is_no_record(results, text):
    (results.folder / "provenance.json").write_text(text)
    refused(results, "provenance.json")


def test_the_record_of_another_study_is_refused(results):
    config = {**results.study.config, "seed": 8}
    (results.folder / "provenance.json").write_text(json.dumps({"config": config}))
    refused(results, "made with another seed, ladder or other settings than those of the study: provenance.json")


def test_a_damaged_table_is_refused(results):
    (results.folder / "tables" / "fits.parquet").write_bytes(b"PAR1 half")
    refused(results, "damaged: tables/fits.parquet")


def test_nothing_of_the_study(study, tmp_path):
    for unfinished in (False, True):
        with pytest.raises(InputError, match="small: there is nothing of the study small; run it first"):
            archive_study(study, tmp_path, unfinished=unfinished)


def test_the_command_line(results, tmp_path):
    config = dict(results.study.config)
    left_out = dict.fromkeys(yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))["observables"])
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({**config, "observables": {**left_out, **config["observables"]}}))
    command = [sys.executable, "-m", "vitrine.runs.archive", REPOSITORY / "config.yaml", tmp_path / "own.yaml", "--directory", tmp_path]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.startswith(f"{tmp_path / 'results' / 'small.tar.gz'}: ")
    (results.folder / "summary.md").unlink()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ") and "missing: summary.md" in done.stderr
    done = subprocess.run([*command, "--unfinished"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("left out, missing: summary.md\n")
