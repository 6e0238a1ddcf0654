"""Every figure from full and from poor tables: it renders, says what is missing, carries units and sources, has the same bytes twice. Captions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import docutils.core
import jinja2
import matplotlib
import numpy as np
import pytest
import yaml
from drawn import draw, note, share, standard, stars, words
from synthetic_tables import FOUR, TABLES, TWELVE, Study, against, settings_of
from vitrine.errors import InputError
from vitrine.figures import jobs
from vitrine.figures.style import save
from vitrine.observables import declarations, figures
from vitrine.parquet import Key, write_table
from vitrine.points import MODEL, PARTICLES, Axis
from vitrine.tables import FITS, FLAGS, QUANTITIES

ROOT = Path(__file__).parents[2]
# Those that the made-up study, along T_p, has tables for.
NAMES = [name for name, (figure, _) in figures().items() if set(figure.tables) <= set(TABLES) and figure.axis in ("", "parent_temperature")]
ANY_AXIS = [name for name in NAMES if not figures()[name][0].axis]
PRESSURE = Axis("pressure", "p", "p", "epsilon/lambda_min^d", "pressure")


def without_numbers() -> Study:
    study = Study()
    for table in TABLES:
        frame = getattr(study, table)
        for column in frame.select_dtypes("float").columns.drop("parent_temperature", errors="ignore"):
            frame[column] = np.nan
    study.liquids["relaxations"] = -1
    study.liquids["flag"] = "not equilibrated: 3 of 10 relaxation times"
    return study


def without_rows() -> Study:
    study = Study()
    for table in TABLES:
        setattr(study, table, getattr(study, table).iloc[:0])
    return study


def with_gaps() -> Study:
    """No value at one temperature, no error bar at another."""
    study = Study()
    study.quantities.loc[study.quantities["parent_temperature"] == 0.55, ["value", "error"]] = np.nan
    study.quantities.loc[study.quantities["parent_temperature"] == 0.45, "error"] = np.nan
    return study


def with_doubts() -> Study:
    """Every number of one temperature in doubt."""
    study = Study()
    study.quantities.loc[study.quantities["parent_temperature"] == 0.55, "flag"] = "not in equilibrium: its mean energy drifts"
    return study


STUDIES: dict[str, Callable[[], Study]] = {
    "twelve": lambda: Study(TWELVE, 2000, 250),
    "one temperature, one sample": lambda: Study((1.3,), samples=1),
    "no numbers": without_numbers,
    "no rows": without_rows,
    "gaps": with_gaps,
}


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_drawn_from_its_tables_and_has_its_caption(name: str) -> None:
    figure, module = figures()[name]
    assert module.is_file() and module.with_suffix(".rst").is_file() and figure.function == f"plot_{name}"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NAMES)
def test_a_full_study_renders(name: str) -> None:
    draw(name, STUDIES["twelve"]()).draw_without_rendering()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["one temperature, one sample", "no numbers"])
def test_poor_tables_are_drawn(kind: str) -> None:
    study = STUDIES[kind]()
    for name in NAMES:
        draw(name, study)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("axis", "values"), [(PRESSURE, (0.0, 1.5, 3.0, 4.5)), (MODEL, ("poly", "binary_ipl", "kob_andersen", "b"))])
def test_figures_are_drawn_against_any_axis(study: Study, axis: Axis, values: tuple) -> None:
    moved, settings = against(study, axis, values)
    for name in ANY_AXIS:
        figure = draw(name, moved, settings)
        text = words(figure)
        assert "T_p/T" not in text and "hottest" not in text and (f"${axis.symbol}" in text or axis.name == "model"), name
        assert not any(stars(ax) for ax in figure.axes), name
        assert "$N$ = 256" in note(figure), name


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["defects", "cumulative_modes", "trends"])
@pytest.mark.parametrize("kind", ["no numbers", "no rows"])
def test_poor_tables_are_drawn_against_words(name: str, kind: str) -> None:
    moved, settings = against(STUDIES[kind](), MODEL, ("poly", "b", "c", "d"))
    draw(name, moved, settings).draw_without_rendering()


@pytest.mark.parametrize(("name", "ending"), [("lengths", "svg"), ("lengths", "pdf")])
def test_same_bytes_twice_whatever_the_users_style(study: Study, name: str, ending: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{run}.{ending}" for run in ("first", "second")]
    for path in paths:
        with matplotlib.rc_context({"font.size": 20.0, "svg.hashsalt": path.stem, "lines.linewidth": 5.0}):
            save(draw(name, study), [path])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_svg_keeps_its_text_and_names_common_fonts(study: Study, tmp_path: Path) -> None:
    save(draw("boltzmann", study), [tmp_path / "boltzmann.svg"])
    text = (tmp_path / "boltzmann.svg").read_text(encoding="utf-8")
    assert "per particle" in text and "<text" in text
    assert all("sans-serif" in part.split(";")[0].split('"')[0] for part in text.split("font-family: ")[1:])


def test_unknown_format_is_refused_without_a_file(study: Study, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="written as"):
        save(draw("lengths", study), [tmp_path / "lengths.gif"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_has_labels_and_every_figure_its_samples(name: str) -> None:
    figure = standard(name)
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    assert "$N$ = 256" in note(figure) and "48 samples" in note(figure)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "cumulative_modes"])
def test_points_lie_inside_their_panel_and_fill_it(name: str) -> None:
    for ax in standard(name).axes:
        for panel in (ax, *ax.child_axes):
            level = panel.get_ylabel() in ("all bonds / weak bonds", "energy drift [standard errors]")
            for axis, least in (("x", 0.65), ("y", 0.0 if level else 0.15)):
                if panel.containers:
                    low, high = share(panel, axis)
                    assert 0 < low < high < 1 and high - low > least, (name, panel.get_ylabel(), axis, low, high)


def test_the_low_end_of_the_cumulative_is_shown_with_room_for_its_inset() -> None:
    ax = standard("cumulative_modes").axes[0]
    (left, _), (bottom, top) = share(ax, "x"), share(ax, "y")
    assert 0.25 < left < 0.5 and 0.1 < bottom < 0.3 and top > 0.9


def test_published_values_carry_their_source() -> None:
    for name in ("defects", "boltzmann", "lengths", "pinching_force", "annealing_ratios", "bond_operator"):
        assert any(paper in words(standard(name)) for paper in ("Rainone et al. 2020", "Giannini et al. 2021")), name


@pytest.mark.filterwarnings("error")
def test_missing_values_and_hollow_points_are_named() -> None:
    poor = with_gaps()
    for name in NAMES:
        text = note(draw(name, poor, settings_of(poor, published=())))
        assert ("0.611" in text and "hollow: no error bar" in text) or name in ("spectra", "cumulative_modes"), name


@pytest.mark.filterwarnings("error")
def test_points_in_doubt_are_named() -> None:
    poor = with_doubts()
    for name in NAMES:
        text = note(draw(name, poor))
        assert r"hollow, not in equilibrium: $T_p/T_\mathrm{onset}$ = 0.611" in text or name == "spectra", name
        assert "hollow: no error bar" not in text, name


@pytest.mark.filterwarnings("error")
def test_a_panel_without_data_says_why() -> None:
    poor = without_rows()
    for name in NAMES:
        assert "not enough data" in words(draw(name, poor)), name


# --- the driver --------------------------------------------------------------------------------------------------------------------------


def test_the_driver_draws_what_the_rule_says_from_the_files(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, tables = settings_of(study), {"quantities": QUANTITIES, "fits": FITS, "flags": FLAGS}
    for name, table in tables.items():
        write_table(table, getattr(study, name), tmp_path / f"{name}.parquet", {}, Key(settings.axes if name != "fits" else ()))
    monkeypatch.setattr(jobs, "start_log", lambda _: None)
    described = {**vars(settings), "axes": [vars(axis) for axis in settings.axes], "main": list(settings.main), "published": ["poly"]}
    job = SimpleNamespace(
        input={name: tmp_path / f"{name}.parquet" for name in tables},
        output=[tmp_path / "driver.svg"],
        params=SimpleNamespace(figure="boltzmann", settings=described),
        log=["unused"],
    )
    jobs.plot(job)
    save(draw("boltzmann", study), [tmp_path / "direct.svg"])
    assert (tmp_path / "driver.svg").read_bytes() == (tmp_path / "direct.svg").read_bytes()


@pytest.mark.parametrize(("symbol", "unit"), [("p_a_b", "1"), ("p", "epsilon^2^2"), (r"\nosuch", "1")])
def test_an_axis_that_is_no_formula_is_refused_by_name(study: Study, symbol: str, unit: str) -> None:
    jobs.check_formulas(settings_of(study))
    settings = against(study, Axis("load", "l", symbol, unit, "load"), (1.0, 2.0, 3.0, 4.0))[1]
    with pytest.raises(InputError, match=r"config key axes\.load has the symbol"):
        jobs.check_formulas(settings)


# --- captions ----------------------------------------------------------------------------------------------------------------------------

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def render(path: Path, config: dict, settings: dict | None = None) -> str:
    """A caption as `snakemake --report` renders it: Jinja with the object `snakemake`, then reStructuredText; a warning of docutils fails."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    snakemake = SimpleNamespace(config=config, params=SimpleNamespace(settings=settings))
    text = environment.from_string(path.read_text(encoding="utf-8")).render(snakemake=snakemake)
    html = docutils.core.publish_parts(text, writer="html", settings_overrides={"halt_level": 2, "report_level": 2})["body"]
    assert "<p" in html and "{{" not in html and "{%" not in html
    return " ".join(text.split())


def caption(name: str, **other: object) -> str:
    """The caption of a figure, with the settings that its rule has."""
    figure, module = figures()[name]
    settings = vars(settings_of(Study((1.3,)), **other))
    settings["axes"] = [vars(axis) for axis in settings["axes"]]
    settings["options"] = {one: declarations()[one].defaults for one in figure.observables} | dict(settings["options"])
    return render(module.with_suffix(".rst"), CONFIG, settings)


@pytest.mark.parametrize("name", NAMES)
def test_captions_render_for_any_axis_and_glass_former(name: str) -> None:
    pressure = {"axes": (PARTICLES, PRESSURE), "main": (256, 1.0), "against": "pressure"}
    texts = [
        caption(name),
        caption(name, published=()),
        caption(name, sampler="cooling", temperature_name="T_g", dimension=2),
        caption(name, **pressure),
    ]
    assert all(len(text) > 100 for text in texts)
    assert name in ("equilibration", "boltzmann", "cumulative_modes") or "pressure" in texts[3] or "T_p" not in texts[0]


def test_captions_say_what_is_shown() -> None:
    assert "T_p ≤ 0.66 ε/k_B" in caption("boltzmann") and "T_p ≤ 0.4 ε/k_B" in caption(
        "boltzmann", options={"soft_spots": {"crossover_temperature": 0.4}}
    )
    assert "below 0.01 p a0²" in caption("defects") and "below 0.01 p a0." in caption("defects", dimension=2)
    assert "7/2 where the law holds" in caption("bond_operator") and "**d** Slope of N e" in caption("bond_operator")
    assert "hollow where there is no law" in caption("cumulative_modes") and "**b** The slope E_QLM" in caption("boltzmann")
    assert "lies 15.0 % above it" in caption("bond_operator") and "the threshold, 0.01," in caption("pinching_force")
    assert "energy\\_inherent, shear\\_modulus" in caption("trends") and "parent temperature T_p" in caption("trends")


def test_published_numbers_stand_in_captions_where_they_are_drawn() -> None:
    said = {"boltzmann": "3.3", "defects": "17 k_B", "lengths": "about 40 %", "annealing_ratios": "Star: three", "pinching_force": "about 40 %"}
    said["cumulative_modes"] = "three decades"
    for name, part in said.items():
        assert part in caption(name), name
        assert part not in caption(name, published=()) and part not in caption(name, temperature_name="T_g"), name


@pytest.mark.parametrize(
    ("sampler", "said", "sweep"),
    [
        ("swap", "under swap Monte Carlo", "one sweep is N trial moves."),
        ("swap_gpu", "under swap Monte Carlo on a GPU", "one sweep is N trial moves."),
        ("hamiltonian", "under Hamiltonian Monte Carlo", "one sweep is a tenth of a trajectory and of the exchanges after it."),
        ("hybrid", "under dynamics with exchanges of sizes in between", "one sweep is 25 time steps and the exchanges after them."),
        ("dynamics", "under thermostatted dynamics", "one sweep is 25 time steps."),
        ("cooling", "under thermostatted dynamics", "one sweep is 25 time steps."),
    ],
)
def test_captions_say_what_the_sampler_does(sampler: str, said: str, sweep: str) -> None:
    cooled = sampler == "cooling"
    text = caption("equilibration", sampler=sampler, relaxation_times=0 if cooled else 10)
    assert said in text and sweep in text and ("swap Monte Carlo" in text) == sampler.startswith("swap")
    assert ("a history" in text) == cooled and ("in equilibrium at each" in text) == (not cooled)
    assert ("Every sample of a point runs equally long: 10 relaxation times, as a pilot has measured them." in text) == (not cooled)
    report = render(ROOT / "report" / "workflow.rst", {**CONFIG, "preparation": {**CONFIG["preparation"], "sampler": sampler}})
    assert ("cooled from temperature to temperature" in report) == cooled and "A hollow point is not in equilibrium, shows no law" in report
    assert ("swap Monte Carlo" in report) == sampler.startswith("swap")


def test_the_report_describes_any_ensembles_and_the_chosen_observables() -> None:
    drawn = {"axes": {"particles": 8}, "samples": 3, "batch": 1, "origin": "drawn"}
    varied = {
        "axes": {"particles": [256, 512], "pressure": [1.0, 2.5], "model": "poly"},
        "history": "pressure",
        "measured": "last",
        "samples": 5,
        "batch": 1,
    }
    own = {"pressure": {"leaf": "preparation.dynamics.pressure", "unit": "epsilon/lambda_min^3"}}
    some = {**dict.fromkeys(CONFIG["observables"]), "modes": {}, "bond_operator": {}}
    text = render(ROOT / "report" / "workflow.rst", {**CONFIG, "axes": own, "ensembles": [varied, drawn], "observables": some})
    assert "- N = 256, 512; pressure [epsilon/lambda_min^3] = 1.0, 2.5; glass former = poly; 5 samples at each point" in text
    assert "taken along the history of pressure [epsilon/lambda_min^3], measured at its end alone" in text
    assert "- N = 8; 3 samples at each point, drawn without particles" in text and "Measured: modes, bond operator." in text
    none = render(ROOT / "report" / "workflow.rst", {**CONFIG, "ensembles": [drawn], "observables": dict.fromkeys(CONFIG["observables"])})
    assert "energies and densities alone" in none and "It was quenched" not in none and len(FOUR) == 4


@pytest.mark.parametrize("path", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_report_describes_every_study(path: Path) -> None:
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    merged = {
        key: {**CONFIG[key], **study[key]} if isinstance(CONFIG.get(key), dict) and key in study else study.get(key, CONFIG.get(key))
        for key in CONFIG
    }
    text = render(ROOT / "report" / "workflow.rst", merged)
    assert f"**{path.stem}**" in text
    brought = study.get("ensembles", [{}])[0].get("import")
    if brought:
        assert brought["files"] in text and f"``{brought['model']}``" in text and "each was relaxed" in text and "was quenched" not in text
        return
    if all(one.get("origin") == "drawn" for one in study.get("ensembles", [{}])):
        assert text.count("drawn without particles") == len(study["ensembles"]) and "It was quenched" not in text
        return
    sizes = study["ensembles"][0]["axes"]["particles"]
    words = ", ".join(map(str, sizes)) if isinstance(sizes, list) else sizes
    assert f"N = {words}; " in text and "T_p [ε/k_B] = " in text
