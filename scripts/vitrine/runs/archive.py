"""Pack a study: python -m vitrine.runs.archive config.yaml [studies/name.yaml ...] [--samples] [--unfinished] [--directory where it ran].

Writes results/<study>.tar.gz: the same files, the same bytes. Only files of the study go in, known by their names and by the identity in their
provenance; where one is missing, or other settings made it, nothing is packed unless that is asked for.
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from vitrine.config_files import merged_config
from vitrine.errors import InputError
from vitrine.files import whole_file
from vitrine.runs.found import OTHERS, found
from vitrine.runs.steps import Step, steps_of_batches, steps_of_points, steps_of_study
from vitrine.runs.words import some_of
from vitrine.study import Study

REPORT = "report.html"  # of all figures and tables: it belongs to a study that is whole
WHY = {"missing": "missing", "foreign": f"made with {OTHERS}", "damaged": "damaged"}


def archive_study(study: Study, directory: Path, samples: bool = False, unfinished: bool = False) -> tuple[Path, list[str]]:
    """Pack summary, figures, tables, provenance and config of a study, and with `samples` the samples and tables of every batch and point.

    directory: that of results/. unfinished: pack what there is of the study, and leave out the rest. Returns the archive's path and, in sentences,
    what was left out. Raises InputError, with names, where a file is missing, damaged or not the study's, unless `unfinished`.
    """
    folder = Path(directory) / "results" / study.name
    files, faults = _files(study, folder, samples)
    sentences = [f"{WHY[state]}: {some_of(list(dict.fromkeys(names)), 'files')}" for state, names in faults.items()]
    if not files and (unfinished or not folder.is_dir()):
        raise InputError(f"{folder}: there is nothing of the study {study.name}; run it first")
    if sentences and not unfinished:
        raise InputError(f"{folder}: the study is not finished; {'; '.join(sentences)}. Run it first, or pack what there is with --unfinished")
    if not faults and (folder / REPORT).is_file():
        files.append(REPORT)
    path = folder.with_name(f"{folder.name}.tar.gz")
    with (
        whole_file(path) as partial,
        partial.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        _add_bytes(archive, f"{folder.name}/config.yaml", yaml.safe_dump(dict(study.config), sort_keys=False).encode())
        for file in sorted(files):
            _add_file(archive, f"{folder.name}/{file}", folder / file)
    return path, sentences


def _files(study: Study, folder: Path, samples: bool) -> tuple[list[str], dict[str, list[str]]]:
    """Files to pack, below the folder of the study, and for each kind of fault the files that have it."""
    files: list[str] = []
    faults: dict[str, list[str]] = {}
    for place, step in _steps(study, samples):
        there = found(step, folder / place)
        if there.state == "done":
            files += [f"{place}{file}" for file in step.files]
        else:
            faults.setdefault(there.state, []).append(f"{place}{there.file}")
    return files, faults


def _steps(study: Study, samples: bool) -> Iterator[tuple[str, Step]]:
    """Every step of the study with the folder of its files, below that of the study."""
    yield from (("", step) for step in steps_of_study(study))
    if not samples:
        return
    averages = steps_of_points(study)
    for label, steps in steps_of_batches(study).items():
        yield from ((f"{label}/", step) for step in averages[label])
        for batch in study.places[label].batches:
            yield from ((f"{label}/{batch}/", step) for step in steps)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_entry(name, len(content)), io.BytesIO(content))


def _add_file(archive: tarfile.TarFile, name: str, file: Path) -> None:
    with file.open("rb") as content:
        archive.addfile(_entry(name, file.stat().st_size), content)


def main() -> None:
    """Pack the study of the command line."""
    parser = argparse.ArgumentParser(prog="python -m vitrine.runs.archive", description=__doc__)
    parser.add_argument("configs", type=Path, nargs="+", help="config.yaml and the files laid over it")
    parser.add_argument("--directory", type=Path, default=Path(), help="the folder in which Snakemake runs, that of results/")
    parser.add_argument("--samples", action="store_true", help="the samples and every batch's tables too")
    parser.add_argument("--unfinished", action="store_true", help="pack what there is of the study, though a part is missing")
    arguments = parser.parse_args()
    try:
        # What runs the dynamics changes no path: it need not be present here.
        study = Study.from_config(merged_config(arguments.configs), conda=True, directory=arguments.directory)
        path, left_out = archive_study(study, arguments.directory, arguments.samples, arguments.unfinished)
    except InputError as error:
        sys.exit(f"Error: {error}")
    for sentence in left_out:
        print(f"left out, {sentence}")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
