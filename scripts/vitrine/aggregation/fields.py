"""The fields of an ensemble's batches, sample by sample, with the checks and the ledger of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vitrine.aggregation.ensemble import Ensemble, Ledger
from vitrine.errors import InputError
from vitrine.provenance import check_identity
from vitrine.samples.fields import FieldOf, read_fields, read_fields_provenance


def read_field_batches(paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger) -> Iterator[tuple[int, FieldOf]]:
    """Yield (index, field) of every good sample, batch by batch and by rising index; enter the others in `ledger`.

    Raises InputError for a file that cannot be read, that other settings made than the study's, or that repeats a sample of an earlier one.
    """
    owners: dict[int, Path] = {}
    for path in map(Path, paths):
        check_identity(path, read_fields_provenance(path), ensemble.identities.get(path.stem, ""))
        for index, field in sorted(read_fields(path).items()):
            if index in owners:
                raise InputError(f"{path}: sample {index} is also in {owners[index]}; remove the file that does not belong and run again")
            owners[index] = path
            if field.flag:
                ledger.leave_out([index], field.flag)
            elif index not in ledger.reasons:
                yield index, field


def field_of_sample(paths: Sequence[str | Path], ensemble: Ensemble, sample: int) -> FieldOf | None:
    """The field of one sample; None where it is in no file or has a flag."""
    return next((field for index, field in read_field_batches(paths, ensemble, Ledger("fields")) if index == sample), None)
