"""What of a study is exported: which points and samples, with which fields, to which files. The config's section `export` says it.

Files are results/<study>/export/<point>/<batch>.xyz (or .gsd), and <batch>_liquids.xyz for the liquids that became the glasses.
"""

from __future__ import annotations

from vitrine.batches import sample_indices
from vitrine.choices import MADE_BY
from vitrine.declare import States
from vitrine.errors import InputError
from vitrine.params import algebra, by_label
from vitrine.paths import results
from vitrine.study import Study

GLASSES, LIQUIDS = "glasses.gsd", "liquids.gsd"
PINCHED = "pinching"  # the observable whose softest bonds are pinched again


def check_export(study: Study) -> None:
    """Raise InputError, with the key and what is allowed, for points that the study has not, or bonds that it does not pinch."""
    section, known = study.config["export"], _measured(study)
    for label in [] if section["points"] == "all" else section["points"]:
        if label not in known:
            raise InputError(f"config key export.points has {label}: allowed are all, or a list of measured points, {', '.join(known)}")
    if section["pinched"] and PINCHED not in study.observables:
        raise InputError(
            f"config key export.pinched is {section['pinched']}: it takes the softest bonds of the observable {PINCHED}: choose that too, or set 0"
        )


def _measured(study: Study) -> list[str]:
    """The points that have glasses."""
    return [label for label, place in study.places.items() if place.measured and GLASSES in MADE_BY[place.ensemble.origin]]


def exported_files(study: Study) -> list[str]:
    """The files of all that is exported."""
    section = study.config["export"]
    files = []
    for label in _measured(study) if section["points"] == "all" else section["points"]:
        for batch in study.places[label].batches:
            if section["samples"] == "all" or sample_indices(batch).start < section["samples"]:
                path = f"{results(study)}/export/{label}/{batch}"
                files += [f"{path}.{section['format']}"] + ([f"{path}_liquids.{section['format']}"] if section["liquids"] else [])
    return files


def taken_with_glasses(study: Study, label: str) -> list[str]:
    """The files of a batch that go into the export of its glasses: the glasses, the fields that were measured of them, the bonds to pinch.

    Strained states are other configurations than the glasses, in a file of their own that other programs read as it is.
    """
    own = [one for one in study.measured if GLASSES in one.takes and label in study.labels(one)]
    fields = [field.file for one in own for field in one.fields if not isinstance(field, States)]
    pinched = [table.file for one in own if one.name == PINCHED and study.config["export"]["pinched"] for table in one.tables]
    return [GLASSES, *fields, *pinched]


def exporting(study: Study, source: str) -> dict:
    """The params of the rule that exports the samples of a file, `glasses.gsd` or `liquids.gsd`."""
    section = study.config["export"]

    def taken(label: str) -> list[str]:
        return taken_with_glasses(study, label) if source == GLASSES else [LIQUIDS]

    return {
        "study": study.name,
        "point": by_label(lambda label: study.places[label].point.describe()),
        "model": by_label(lambda label: study.places[label].model.describe()),
        "samples": section["samples"],
        "modes": section["modes"] if source == GLASSES else 0,
        "pinched": section["pinched"] if source == GLASSES else 0,
        "algebra": algebra(study, "full"),
        "taken": by_label(lambda label: {file: study.identity_of_file(label, file) for file in taken(label)}),
    }
