"""The job of an export: flagged samples are told, missing ones left out with a line in the log, limits kept, whatever the batch."""

import dataclasses

import ase.io
import numpy as np
import pytest
import vitrine
from configs import CONFIG, changed
from recorded_jobs import REPOSITORY, Job
from vitrine.errors import InputError
from vitrine.export import plan
from vitrine.export.job import exported
from vitrine.linalg import Algebra
from vitrine.observables import declarations
from vitrine.observables.jobs import System
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.runs.cost import job_cost
from vitrine.samples import write_fields, write_samples
from vitrine.study import Study

ALGEBRA = Algebra("auto")


@pytest.fixture
def folder(tmp_path, small_glass):
    """A batch of glasses 2 to 5: 3 is flagged, 4 is no minimum and has no field, 5 is missing."""
    glasses = [dataclasses.replace(small_glass, index=index, parent_temperature=0.5, provenance={"identity": "glasses"}) for index in (2, 3, 4)]
    glasses[1] = dataclasses.replace(glasses[1], flag="not equilibrated")
    rng = np.random.default_rng(1)
    glasses[2] = glasses[2].moved(glasses[2].positions + 0.1 * rng.standard_normal(small_glass.positions.shape))
    write_samples(tmp_path / "glasses.gsd", glasses)
    psi = vitrine.measure_vibrability(small_glass)["vibrability_field"]
    entries = [(2, glasses[0], psi, ""), (3, glasses[1], {}, "not equilibrated"), (4, glasses[2], {}, "not a minimum: by its field")]
    write_fields(tmp_path / "vibrability_field.gsd", declarations()["vibrability"].fields[0], entries, {"identity": "field"})
    pinching = declarations()["pinching"].tables[0]
    columns = vitrine.pinch_bonds(small_glass, bonds=20, seed=3)
    rows = {"sample": np.full(20, 2), **{name: columns[name].to_numpy() for name in columns}, "flag": [""] * 20}
    write_table(pinching, rows, tmp_path / "pinching.parquet", {"identity": "pinched"}, Key.of(Point.plain(small_glass.particles, 0.5)))
    return tmp_path


def run(
    folder, glass, batch="00002-00005", samples="all", modes=3, pinched=0, files=("glasses.gsd", "vibrability_field.gsd"), ending="xyz", **identities
):
    """The script of the rule, and the frames that it wrote."""
    taken = {file: identities.get(file.partition(".")[0], "") for file in files}
    named = {file.replace(".", "_"): str(folder / file) for file in files}
    params = {"study": "x", "point": Point.plain(glass.particles, 0.5).describe(), "model": glass.model.describe(), "samples": samples}
    params |= {"modes": modes, "pinched": pinched, "algebra": {"solver": "auto", "device": "cpu"}, "taken": taken}
    recorded = {"input": {"all": list(named.values()), "named": named}, "output": {"all": [str(folder / f"out.{ending}")], "named": {}}}
    recorded |= {"log": {"all": [str(folder / "log")], "named": {}}, "config": {"study": "x", "seed": 11}, "threads": 1, "params": params}
    Job({**recorded, "rule": "export_glasses", "script": "export_samples.py", "wildcards": {"batch": batch}}, REPOSITORY).run()
    return ase.io.read(folder / "out.xyz", index=":") if ending == "xyz" else vitrine.read_all(folder / "out.gsd")


def test_flags_are_told_and_what_is_missing_is_left_out(folder, small_glass, caplog):
    with caplog.at_level("INFO", logger="vitrine"):
        good, flagged, saddle = run(folder, small_glass)
    assert [frame.info["sample"] for frame in (good, flagged, saddle)] == [2, 3, 4]
    assert "flag" not in good.info and flagged.info["flag"] == "not equilibrated" and saddle.info["flag"] == "not a minimum: by its field"
    assert {"mode_3", "mode_3_share", "vibrability", "disp"} <= set(good.arrays) and good.info["point"] == "N54_T0.5000"
    for frame in (flagged, saddle):
        assert not [name for name in frame.arrays if name.startswith(("mode", "disp", "vibrability"))] and len(frame) == small_glass.particles
    lines = [record.getMessage() for record in caplog.records]
    assert lines[:2] == ["sample 2: exported", "sample 3: exported with its flag, not equilibrated"]
    assert lines[3].startswith("sample 5: left out, unreadable: not in glasses.gsd")


def test_what_has_no_modes_says_so(folder, small_glass):
    """Its flag comes from the modes themselves, where nothing else was measured."""
    frames = run(folder, small_glass, files=("glasses.gsd",))
    assert frames[2].info["flag"].startswith("not a") and "mode_1" not in frames[2].arrays and "mode_1" in frames[0].arrays
    plain = run(folder, small_glass, files=("glasses.gsd",), modes=0)
    assert "flag" not in plain[2].info and "mode_1" not in plain[0].arrays


def test_frames_do_not_depend_on_the_batch(folder, small_glass):
    whole, alone = run(folder, small_glass), run(folder, small_glass, batch="00002-00002")
    assert len(alone) == 1 and all(np.array_equal(alone[0].arrays[name], array) for name, array in whole[0].arrays.items())
    assert [frame.info["sample"] for frame in run(folder, small_glass, samples=4)] == [2, 3]


def test_more_modes_than_there_are(folder, small_glass):
    frame = run(folder, small_glass, batch="00002-00002", modes=1000)[0]
    assert f"mode_{3 * small_glass.particles - 3}" in frame.arrays and f"mode_{3 * small_glass.particles - 2}" not in frame.arrays


def test_responses_of_the_softest_bonds(folder, small_glass):
    frame = run(folder, small_glass, batch="00002-00002", modes=0, pinched=2, files=("glasses.gsd", "pinching.parquet"))[0]
    table = vitrine.pinch_bonds(small_glass, bonds=20, seed=3).sort_values("omega")
    for place in (1, 2):
        row = table.iloc[place - 1]
        response = vitrine.pinch_response(small_glass, (row["i"], row["j"]))
        assert np.allclose(frame.arrays[f"pinch_{place}"], response / np.linalg.norm(response), atol=1e-12)
        assert frame.arrays[f"pinch_{place}_share"].sum() == pytest.approx(1) and frame.info[f"pinch_omega_{place}"] == row["omega"]
    assert np.array_equal(frame.arrays["disp"], frame.arrays["pinch_1"])


def test_gsd_keeps_what_vitrine_knows(folder, small_glass):
    found = run(folder, small_glass, ending="gsd")
    assert [one.flag for one in found] == ["", "not equilibrated", "not a minimum: by its field"]
    assert found[0].provenance == {"identity": "glasses"} and found[0].model.describe() == small_glass.model.describe()


def test_files_of_other_settings_are_refused(folder, small_glass):
    run(folder, small_glass, glasses="glasses", vibrability_field="field")
    for file in ("glasses", "vibrability_field"):
        before = (folder / "out.xyz").read_bytes()
        with pytest.raises(InputError, match=f"{file}.gsd.*made with"):
            run(folder, small_glass, **{file: "another"})
        assert (folder / "out.xyz").read_bytes() == before


def test_masses_weigh_the_shares(small_glass):
    masses = np.random.default_rng(1).uniform(0.5, 2, small_glass.particles)
    heavy = dataclasses.replace(small_glass, masses=masses)
    table = vitrine.pinch_bonds(heavy, bonds=5, seed=1)
    frame = exported(System(0, (heavy, {"pinching": table})), 2, 1, ALGEBRA)
    for name in ("mode_1", "mode_2", "pinch_1"):
        share = masses * np.sum(frame.arrays[name] ** 2, axis=1)
        assert np.allclose(frame.arrays[f"{name}_share"], share, rtol=1e-9) and share.sum() == pytest.approx(1)
    assert frame.told["omega_1"] == pytest.approx(vitrine.find_modes(heavy)["omega"][0], rel=1e-9)


# --- what is planned ----------------------------------------------------------------------------------------------------------------------------


def planned(**section):
    """The default study with another export."""
    return Study.from_config(changed("export", {**CONFIG["export"], **section}))


def test_the_files_of_an_export():
    folder, labels = "results/default/export", list(planned().places)
    assert plan.exported_files(planned()) == [f"{folder}/{label}/00000-00004.xyz" for label in labels]
    files = plan.exported_files(planned(points=labels[1:2], samples=6, format="gsd", liquids=True))
    assert files == [f"{folder}/{labels[1]}/{name}.gsd" for name in ("00000-00004", "00000-00004_liquids", "00005-00009", "00005-00009_liquids")]
    assert len(plan.exported_files(planned(samples="all"))) == 8 * len(labels)


def test_what_goes_into_an_export():
    label = next(iter(planned().places))
    assert plan.taken_with_glasses(planned(), label) == ["glasses.gsd", "vibrability_field.gsd"]
    assert plan.taken_with_glasses(planned(pinched=1), label) == ["glasses.gsd", "vibrability_field.gsd", "pinching.parquet"]
    without = Study.from_config(changed("observables.vibrability", None))
    assert plan.taken_with_glasses(without, label) == ["glasses.gsd"]


def test_an_export_that_cannot_be_is_one_sentence():
    plan.check_export(planned(points=["N256_T0.5000"], pinched=3))
    with pytest.raises(InputError, match=r"^config key export.points has N1: allowed are all, or a list of measured points, N256_T1.3000, "):
        plan.check_export(planned(points=["N1"]))
    observables = {**CONFIG["observables"], "pinching": None, "soft_spots": None}
    with pytest.raises(InputError, match=r"^config key export.pinched is 3: it takes the softest bonds of the observable pinching"):
        plan.check_export(Study.from_config({**changed("export", {**CONFIG["export"], "pinched": 3}), "observables": observables}))


def test_more_modes_ask_for_more_and_liquids_for_little():
    label = "N256_T0.5000"
    few, many = (job_cost("export_glasses", planned(modes=modes), label, 5) for modes in (1, 50))
    liquids = job_cost("export_liquids", planned(modes=50), label, 5)
    assert liquids[0] < few[0] < many[0] and liquids[1] < few[1] < many[1]
    assert job_cost("export_glasses", planned(modes=0), label, 5) == liquids
