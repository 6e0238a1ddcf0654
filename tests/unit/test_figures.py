"""Every figure from full and from poor tables: it renders, says what is missing, carries units, and has the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import docutils.core
import jinja2
import matplotlib
import numpy as np
import pytest
import yaml
from synthetic_tables import FOUR, ONSET, TWELVE, UNIT, Study
from vitrine import figures
from vitrine.errors import InputError
from vitrine.figures import Settings
from vitrine.figures.data import Units, fit_value, sample_note, select, series, with_error
from vitrine.figures.marks import bars
from vitrine.figures.style import temperature_colours

ROOT = Path(__file__).parents[2]
MAKERS = {
    "cumulative_modes": lambda s, k: figures.plot_cumulative_modes(s.mode_density, s.quantities, s.fits, k, s.flags),
    "defects": lambda s, k: figures.plot_defects(s.quantities, s.fits, k, s.flags),
    "boltzmann": lambda s, k: figures.plot_boltzmann(s.quantities, s.fits, k, s.flags),
    "lengths": lambda s, k: figures.plot_lengths(s.quantities, k, s.flags),
    "pinching_force": lambda s, k: figures.plot_pinching_force(s.pinching_scatter, s.pinching_force, s.quantities, s.fits, k, s.flags),
    "spectra": lambda s, k: figures.plot_spectra(s.mode_density, s.bond_operator_density, s.quantities, s.fits, k, flags=s.flags),
    "bond_operator": lambda s, k: figures.plot_bond_operator(s.bond_operator_density, s.quantities, k, s.flags),
    "annealing_ratios": lambda s, k: figures.plot_annealing_ratios(s.quantities, k, s.flags),
    "equilibration": lambda s, k: figures.plot_equilibration(s.relaxation_curves, s.liquids, s.quantities, k, s.flags),
}
TABLES = (
    "quantities fits mode_density bond_operator_density pinching_scatter pinching_force relaxation_curves liquids flags".split()  # noqa: SIM905
)


def draw(name: str, study: Study) -> matplotlib.figure.Figure:
    return MAKERS[name](study, Settings(particles=study.particles))


def all_text(figure: matplotlib.figure.Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


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


def without_weak_bonds() -> Study:
    study = Study()
    weak = study.quantities["quantity"].isin(["omega_g", "omega_g_reduced", "N_qlm", "N_qlm_ml", "xi_g", "R_xi_g"])
    study.quantities.loc[weak, ["value", "error"]] = np.nan
    study.fits.loc[study.fits["name"].str.startswith("E_qlm"), ["value", "error"]] = np.nan
    return study


def with_gaps() -> Study:
    """No value at one temperature, no error bar at another."""
    study = Study()
    study.quantities.loc[study.quantities["parent_temperature"] == 0.55, ["value", "error"]] = np.nan
    study.quantities.loc[study.quantities["parent_temperature"] == 0.45, "error"] = np.nan
    return study


STUDIES = {
    "twelve": lambda: Study(TWELVE, 2000, 250),
    "one temperature, one sample": lambda: Study((1.3,), samples=1),
    "no numbers": without_numbers,
    "no rows": without_rows,
    "no weak bonds": without_weak_bonds,
    "gaps": with_gaps,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", STUDIES)
def test_every_figure_renders(kind: str) -> None:
    study = STUDIES[kind]()
    for name in MAKERS:
        draw(name, study).draw_without_rendering()


@pytest.mark.parametrize(("name", "ending"), [*((name, "svg") for name in MAKERS), ("defects", "pdf"), ("bond_operator", "pdf")])
def test_same_bytes_twice_whatever_the_users_style(name: str, ending: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{run}.{ending}" for run in ("first", "second")]
    for path in paths:
        with matplotlib.rc_context({"font.size": 20.0, "svg.hashsalt": path.stem, "lines.linewidth": 5.0}):
            figures.save(draw(name, Study()), [path])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_svg_keeps_its_text_and_names_common_fonts(tmp_path: Path) -> None:
    figures.save(draw("boltzmann", Study()), [tmp_path / "boltzmann.svg"])
    text = (tmp_path / "boltzmann.svg").read_text(encoding="utf-8")
    assert "per particle" in text and "<text" in text
    assert all("sans-serif" in part.split(";")[0].split('"')[0] for part in text.split("font-family: ")[1:])


def test_unknown_format_is_refused_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="written as"):
        figures.save(draw("lengths", Study()), [tmp_path / "lengths.gif"])
    assert not list(tmp_path.iterdir())


def test_axes_carry_units() -> None:
    study = Study()
    expected = {
        "cumulative_modes": (r"a_0/c_\infty", "per particle"),
        "defects": (r"\omega_g\,a_0/c_\infty", r"T_p/T_\mathrm{onset}", "k_BT_p", "per particle"),
        "boltzmann": (r"T_\mathrm{onset}/T_p", r"k_BT_p/\varepsilon", "per particle"),
        "lengths": ("/a_0", r"T_p/T_\mathrm{onset}"),
        "pinching_force": (r"f/(p\,a_0^2)", r"a_0/c_\infty"),
        "spectra": (r"\omega/\omega_0", r"\lambda/\lambda_0", r"D(\omega)\,\omega_0", r"P(\lambda)\,\lambda_0"),
        "bond_operator": (r"[\lambda_\mathrm{min}^2/\varepsilon]", r"[\varepsilon/\lambda_\mathrm{min}^2]", "(particles)"),
        "annealing_ratios": ("hottest", r"T_p/T_\mathrm{onset}"),
        "equilibration": ("[sweeps]", r"[relaxation times $\tau$]", "[standard errors]"),
    }
    assert set(expected) == set(MAKERS)
    for name, units in expected.items():
        figure = draw(name, study)
        panels = [ax for ax in figure.axes if ax.get_xlabel() or ax.get_ylabel()]
        labels = " ".join(ax.get_xlabel() + ax.get_ylabel() for ax in panels) + all_text(figure)
        assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes), name
        assert [unit for unit in units if unit not in labels] == [], name


def test_published_values_carry_their_source() -> None:
    study = Study()
    for name in ("defects", "boltzmann", "lengths", "pinching_force", "annealing_ratios", "bond_operator"):
        text = all_text(draw(name, study))
        assert "Rainone et al. 2020" in text or "Giannini et al. 2021" in text, name


def test_sizes_and_sample_counts_stand_on_every_figure() -> None:
    study = Study()
    for name in MAKERS:
        text = all_text(draw(name, study))
        assert "$N$ = 256" in text and "48 samples" in text, name


def test_boltzmann_line_passes_the_fitted_values() -> None:
    study = Study()
    (ax,) = draw("boltzmann", study).axes
    (line,) = [line for line in ax.lines if line.get_gid() == "boltzmann-window"]
    energy, intercept = (fit_value(study.fits, name)[0] for name in ("E_qlm", "E_qlm_intercept"))
    np.testing.assert_allclose(np.log(line.get_ydata()), intercept - energy * line.get_xdata())
    assert line.get_xdata()[0] == pytest.approx(0.9 / 0.66)
    assert line.get_xdata()[1] == pytest.approx(0.9 / 0.45)
    assert "3.30 ± 0.21" in all_text(ax.figure)


def test_published_slope_is_drawn_as_published() -> None:
    (ax,) = draw("boltzmann", Study()).axes
    (line,) = [line for line in ax.lines if "slope of 3.3" in str(line.get_label())]
    x, y = line.get_data()
    assert np.diff(np.log(y))[0] / np.diff(x)[0] == pytest.approx(-3.3)


def test_cumulative_fit_is_drawn_from_its_prefactor_to_its_cutoff() -> None:
    study = Study()
    ax = draw("cumulative_modes", study).axes[0]
    rows = study.quantities[study.quantities["parent_temperature"] == 0.7].set_index("quantity")["value"]
    (line,) = [line for line in ax.lines if line.get_gid() == "fit-0.7000"]
    x, y = line.get_data()
    np.testing.assert_allclose(y, rows["A_g"] * (x * UNIT) ** 5 / 5)
    assert x[-1] == pytest.approx(0.9 * rows["omega_ph"] / UNIT)


def test_plateau_is_drawn_at_its_value() -> None:
    study = Study()
    ax = draw("bond_operator", study).axes[1]
    rows = study.quantities[study.quantities["parent_temperature"] == 0.7].set_index("quantity")["value"]
    (line,) = [line for line in ax.lines if line.get_gid() == "plateau-0.7000"]
    np.testing.assert_allclose(line.get_ydata(), rows["N_e_plateau"])


def test_missing_values_and_hollow_points_are_named() -> None:
    study = with_gaps()
    for name in ("defects", "boltzmann", "lengths", "pinching_force", "bond_operator", "annealing_ratios", "equilibration"):
        text = all_text(draw(name, study)).replace("\n", " ")
        assert "0.611" in text, name
    text = all_text(draw("lengths", study)).replace("\n", " ")
    assert "hollow: no error bar" in text


def test_a_panel_without_data_says_why() -> None:
    study = without_weak_bonds()
    assert "no bond below the force threshold" in all_text(draw("defects", study))
    assert "not enough data" in all_text(draw("boltzmann", study))
    assert "not enough data" in all_text(draw("lengths", study))
    for name in MAKERS:
        assert "not enough data" in all_text(draw(name, without_rows())), name


def test_flagged_liquids_are_counted_by_reason() -> None:
    study = Study()
    text = all_text(draw("equilibration", study))
    for flag, rows in study.liquids[study.liquids["flag"] != ""].groupby("flag"):
        assert f"{flag}: {len(rows)} left out" in text.replace("\n", " ")
        assert f"{flag} ({len(rows)})" in text.replace("\n", " ")


def test_flagged_liquids_are_all_drawn_when_good_ones_are_thinned() -> None:
    study = Study((0.45,), samples=900)
    figure = draw("equilibration", study)
    bad = int((study.liquids["flag"] != "").sum())
    drawn = [collection.get_offsets().shape[0] for collection in figure.axes[2].collections]
    assert sum(drawn[1:]) == bad
    assert drawn[0] <= 200
    assert f"{sum(drawn)} of 900 samples drawn" in all_text(figure)


def test_frequencies_stay_in_simulation_units_without_c_inf() -> None:
    study = Study()
    units = Units.from_fits(study.fits[study.fits["name"] != "c_inf"])
    assert units.frequency == 1.0
    study.fits = study.fits[study.fits["name"] != "c_inf"]
    assert r"\lambda_\mathrm{min}" in draw("cumulative_modes", study).axes[0].get_xlabel()


def test_large_ensembles_replace_small_ones_above_their_temperature() -> None:
    small, large = Study(FOUR, 256), Study((1.3, 0.45), 512)
    frame = np.concatenate([small.quantities.to_records(index=False), large.quantities.to_records(index=False)])
    quantities = type(small.quantities)(frame).astype({"particles": int, "parent_temperature": float, "value": float, "error": float})
    settings = Settings(particles=256, large_above=0.6)
    assert series(quantities, "A_g", settings, large=True)["particles"].tolist() == [256, 256, 256, 512]
    assert series(quantities, "A_g", settings)["particles"].tolist() == [256] * 4
    assert set(select(quantities, settings, large=True).query("parent_temperature == 1.3")["particles"]) == {512}


def test_series_is_ordered_and_in_units_of_the_onset() -> None:
    study = Study()
    table = series(study.quantities, "xi_g", Settings(particles=256))
    np.testing.assert_allclose(table["T"] * ONSET, sorted(FOUR))
    assert table["sound"].all()


def test_a_point_with_more_samples_left_out_than_used_is_not_sound() -> None:
    study = Study()
    study.quantities[["samples", "flagged"]] = [10, 38]
    assert not series(study.quantities, "xi_g", Settings(particles=256))["sound"].any()


def test_note_counts_samples_and_reasons() -> None:
    study, settings = Study(), Settings(particles=256)
    bad = study.flags[study.flags["step"] == "pinching"]["samples"].sum()
    note = sample_note({"x": series(study.quantities, "xi_g", settings)}, settings, study.flags, "pinching").replace("\n", " ")
    assert f"{bad} left out: " in note


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (3.3, 0.21, "3.30 ± 0.21"),
        (3.31234, 0.0032, "3.3123 ± 0.0032"),
        (33.2, 12.0, "33 ± 12"),
        (1.0, np.nan, "1 (no error bar)"),
        (np.nan, 1.0, "not determined"),
    ],
)
def test_with_error_rounds_to_two_digits_of_the_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


def test_logarithmic_bars_are_the_error_to_first_order_and_never_reach_zero() -> None:
    low, high = bars(np.array([1.0, 1.0, 1.0]), np.array([1e-4, 1.0, np.nan]))
    assert low[0] == pytest.approx(1e-4, rel=1e-3) and high[0] == 1e-4
    assert 0 < low[1] < 1.0 and high[1] == 1.0
    assert low[2] == high[2] == 0.0


def test_temperature_colours_get_lighter_from_cold_to_warm() -> None:
    colours = temperature_colours(TWELVE)
    light = [np.dot(colours[t][:3], (0.2126, 0.7152, 0.0722)) for t in sorted(TWELVE)]
    assert np.all(np.diff(light) > 0)
    assert temperature_colours([]) == {}


def test_settings_come_from_the_config() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    settings = Settings.from_config(config)
    assert settings.particles == config["ensembles"][0]["particles"]
    assert settings.crossover_temperature == config["analysis"]["crossover_temperature"]
    assert settings.weak_force == config["pinching"]["weak_force"]


@pytest.mark.parametrize("name", [*MAKERS, "workflow"])
def test_captions_render(name: str) -> None:
    """As `snakemake --report` does it: Jinja with the object `snakemake`, then reStructuredText; a warning of docutils fails."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    source = (ROOT / "report" / f"{name}.rst").read_text(encoding="utf-8")
    text = jinja2.Template(source, undefined=jinja2.StrictUndefined).render(snakemake=type("Snakemake", (), {"config": config}))
    html = docutils.core.publish_parts(text, writer="html5", settings_overrides={"halt_level": 2, "report_level": 2})["body"]
    assert "<p>" in html and "{{" not in html


@pytest.mark.filterwarnings("error")
def test_published_numbers_are_drawn_beside_their_own_glass_former_alone() -> None:
    for kind in STUDIES:
        study = STUDIES[kind]()
        for maker in MAKERS.values():
            maker(study, Settings(particles=study.particles, published=False)).draw_without_rendering()
    ours, others = (
        {name: maker(Study(), Settings(particles=Study().particles, published=published)) for name, maker in MAKERS.items()}
        for published in (True, False)
    )

    def stars(figure: matplotlib.figure.Figure) -> int:
        return sum(line.get_marker() == "*" for line in figure.findobj(matplotlib.lines.Line2D))

    assert all(stars(ours[name]) for name in ("annealing_ratios", "defects", "lengths"))
    assert not any(stars(figure) for figure in others.values())
    for name, words in (("boltzmann", "slope of 3.3"), ("defects", "$: 17 (ibid"), ("pinching_force", "differ by 40 %")):
        assert words in all_text(ours[name]) and words not in all_text(others[name])


def test_settings_know_whose_the_published_numbers_are() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert Settings.from_config(config).published
    config["model"]["poly"]["dimension"] = 2
    assert not Settings.from_config(config).published
    config["model"] = {"name": "kob_andersen", "kob_andersen": {"dimension": 3}}
    config["preparation"]["sampler"] = "cooling"
    assert not Settings.from_config(config).published and Settings.from_config(config).relaxation_times == 0
