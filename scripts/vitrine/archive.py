"""Pack a study: python -m vitrine.archive results/<study> [--samples] writes <study>.tar.gz beside its folder. The same files, the same bytes."""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from vitrine.errors import InputError
from vitrine.files import whole_file

ALWAYS = (
    "summary.md",
    "summary.parquet",
    "provenance.json",
    "report.html",
    "figures",
    "tables",
)


def archive_study(folder: str | Path, samples: bool = False) -> Path:
    """Pack summary, figures, tables, provenance and the config of a finished study, and with `samples` every batch's samples and tables.

    Returns the archive's path. Raises InputError where the folder is not that of a finished study.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: not the folder of a finished study, it has no whole provenance.json ({error}); run the study first") from error
    config = yaml.safe_dump(record["config"], sort_keys=False).encode()
    path = folder.with_name(f"{folder.name}.tar.gz")
    with (
        whole_file(path) as partial,
        partial.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        _add_bytes(archive, f"{folder.name}/config.yaml", config)
        for file in _files(folder, samples):
            _add_file(archive, f"{folder.name}/{file.relative_to(folder).as_posix()}", file)
    return path


def _files(folder: Path, samples: bool) -> Iterator[Path]:
    """The files to pack, in a fixed order; half-written ones and links are left out."""
    wanted = [folder / name for name in ALWAYS] + (sorted(folder.glob("N*")) if samples else [])
    for place in wanted:
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in inside if file.is_file() and not file.is_symlink() and not file.name.startswith("."))


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
    """Pack the study that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m vitrine.archive", description=__doc__)
    parser.add_argument("folder", type=Path, help="results/<study>")
    parser.add_argument("--samples", action="store_true", help="the samples and every batch's tables too")
    arguments = parser.parse_args()
    try:
        path = archive_study(arguments.folder, arguments.samples)
    except InputError as error:
        sys.exit(f"Error: {error}")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
