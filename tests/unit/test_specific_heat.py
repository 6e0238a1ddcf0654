"""Specific heat of a study from made-up numbers of modes whose law is known: Gamma and zeta, Dulong and Petit, Debye, and the minimum."""

import numpy as np
import pandas as pd
import pytest
from recorded_jobs import REPOSITORY, Job
from scipy.special import gamma, zeta
from vitrine.aggregation.ensemble import Ensemble
from vitrine.errors import InputError
from vitrine.observables import declarations
from vitrine.observables.modes import MODE_COUNTS
from vitrine.observables.specific_heat import SPECIFIC_HEAT
from vitrine.observables.specific_heat.aggregate import COLD, TEMPERATURES, compute_specific_heat
from vitrine.parquet import Key, read_table, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Axis, Point
from vitrine.schema import LENGTH
from vitrine.statistics.histograms import OMEGA_BINS
from vitrine.tables import ESTIMATES, FLAGS

REPLICATES, SAMPLES, SPACING = 6, 40, 1.2
EDGES = OMEGA_BINS.edges
POINT = Point.plain(500, 0.5)
SOUND = {"c_s": 40.0, "c_l": 70.0}  # so stiff that phonons hold next to nothing beside D ~ omega^4


def ensemble(point=POINT, dimension=3, **more):
    return Ensemble(point, dimension, seed=1, replicates=REPLICATES, **more)


def law(exponent, one):
    """Modes per particle in each bin for D = A omega^delta that holds all d - d/N modes; A, and the bins."""
    top = len(EDGES) // 2 + 250  # ends at a frequency of some twenty
    whole = np.diff(EDGES ** (exponent + 1)) / (exponent + 1)
    whole[top:] = 0
    prefactor = one.modes / one.particles / whole.sum()
    return prefactor, prefactor * whole


class Files:
    """The three files of each ensemble, and what is computed from them."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, one, modes, spread=0.01, cutoff=3.0, sound=SOUND, **origin):
        """Replicate b has (1 + b spread) of the modes, but for the estimate."""
        folder = self.folder / one.point.label
        rows = [
            {"replicate": b, "bin": place, "modes": value * (1 + b * spread), "samples": SAMPLES}
            for b in range(REPLICATES + 1)
            for place, value in enumerate(modes)
            if value > 0
        ]
        counts = pd.DataFrame(rows, columns=MODE_COUNTS.names)
        told = {"modes_estimates": {"omega_cutoff": cutoff}, "elasticity_estimates": sound, "glasses_estimates": {"spacing": SPACING}}
        write_table(MODE_COUNTS, counts, folder / "mode_counts.parquet", origin, Key.of(one.point))
        for name, numbers in told.items():
            estimates = [
                ESTIMATES.row(quantity=quantity, replicate=b, value=value, unit="1", samples=SAMPLES)
                for quantity, values in numbers.items()
                for b, value in enumerate(np.broadcast_to(values, REPLICATES + 1))
            ]
            np.random.default_rng(1).shuffle(estimates)
            write_table(ESTIMATES, estimates, folder / f"{name}.parquet", origin, Key.of(one.point))

    def paths(self, *ensembles):
        """By name, one for each ensemble."""
        names = [file.removesuffix(".parquet") for file in declarations()["specific_heat"].combines]
        return {name: [self.folder / one.point.label / f"{name}.parquet" for one in ensembles] for name in names}

    def compute(self, *ensembles, two_level=0.0):
        return compute_specific_heat(**self.paths(*ensembles), ensembles=ensembles, two_level=two_level)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def numbers(estimates, name):
    return estimates.loc[estimates["quantity"] == name, "value"].to_numpy()


@pytest.mark.parametrize("exponent", [2, 4])
def test_a_power_law_has_its_exponent_and_its_coefficient(files, exponent):
    """C = A Gamma(delta + 3) zeta(delta + 2) T^(delta + 1), here written out, while nothing is warm but the law."""
    one = ensemble()
    prefactor, modes = law(exponent, one)
    files.write(one, modes)
    estimates, curve, flags = files.compute(one)
    expected = prefactor * gamma(exponent + 3) * zeta(exponent + 2) * TEMPERATURES ** (exponent + 1)
    np.testing.assert_allclose(curve["heat"][14:31], expected[14:31], rtol=1e-5)
    np.testing.assert_allclose(curve["exponent"][14:31], exponent + 1, rtol=1e-5)
    np.testing.assert_allclose(numbers(estimates, "heat_exponent"), exponent + 1, rtol=1e-5)
    assert len(flags) == 0 and set(estimates["samples"]) == {SAMPLES} and set(estimates["flagged"]) == {0}
    assert curve["heat"].iloc[-1] == pytest.approx(3 - 3 / 500, rel=2e-2)  # Dulong and Petit, at a temperature of a hundred
    assert np.all(np.diff(curve["heat"]) > 0)


def test_the_exponent_is_taken_where_the_law_is_what_is_warm(files):
    """Two laws, omega^2 above a crossover and omega^4 below it: the exponent is that of the modes below the cutoff."""
    one = ensemble()
    _, soft = law(4, one)
    _, stiff = law(2, one)
    places = np.arange(len(soft))
    crossover = 500
    modes = np.where(places < crossover, soft * stiff[crossover] / soft[crossover], stiff)
    modes *= one.modes / one.particles / modes.sum()
    low, high = EDGES[crossover] / 4, 40 * EDGES[crossover]
    for cutoff, expected in ((low, 5.0), (high, 3.0)):
        files.write(one, modes, cutoff=cutoff)
        assert numbers(files.compute(one)[0], "heat_exponent")[0] == pytest.approx(expected, abs=0.2)
    files.write(one, modes, cutoff=EDGES[crossover])
    curve = files.compute(one)[1]
    at = np.interp(np.log(EDGES[crossover] / COLD), np.log(TEMPERATURES), curve["exponent"])
    assert numbers(files.compute(one)[0], "heat_exponent")[0] == pytest.approx(at, rel=1e-9)


def test_every_replicate_has_its_own_cutoff(files):
    """In whatever order the rows of a table stand."""
    one = ensemble()
    modes = law(4, one)[1] + law(2, one)[1]
    modes *= one.modes / one.particles / modes.sum()
    cutoffs = 0.5 * 1.3 ** np.arange(REPLICATES + 1)
    files.write(one, modes, cutoff=cutoffs)
    estimates, curve, _ = files.compute(one)
    expected = np.interp(np.log(cutoffs / COLD), np.log(TEMPERATURES), curve["exponent"])
    np.testing.assert_allclose(numbers(estimates, "heat_exponent"), expected, rtol=1e-9)
    assert len(set(expected)) == REPLICATES + 1


def test_errors_are_those_of_the_replicates(files):
    one = ensemble()
    _, modes = law(4, one)
    files.write(one, modes, spread=0.01)
    _, curve, _ = files.compute(one)
    scatter = np.std(1 + 0.01 * np.arange(1, REPLICATES + 1), ddof=1)
    np.testing.assert_allclose(curve["heat_error"], scatter * curve["heat"], rtol=1e-9)
    np.testing.assert_allclose(curve["exponent_error"], 0, atol=1e-9)


@pytest.mark.parametrize("dimension", [2, 3])
def test_the_reduced_heat_is_less_debyes_law(files, dimension):
    """C_D T^d of the speeds of sound, written out as textbooks have it; a0 is that of the samples' own boxes."""
    one = ensemble(dimension=dimension)
    _, modes = law(4, one)
    sound = {"c_s": 1.5, "c_l": 3.0}
    files.write(one, modes, sound=sound)
    _, curve, _ = files.compute(one, two_level=0.07)
    density = SPACING**-dimension
    if dimension == 3:
        debye = 2 * np.pi**2 / (15 * density) * (2 / 1.5**3 + 1 / 3.0**3)
    else:
        debye = gamma(4) * zeta(3) / (2 * np.pi * density) * (1 / 1.5**2 + 1 / 3.0**2)
    expected = (curve["heat"] + 0.07 * TEMPERATURES) / TEMPERATURES**dimension - debye
    np.testing.assert_allclose(curve["reduced"], expected, rtol=1e-9, atol=1e-9 * debye)


def test_the_minimum_of_two_level_systems_and_soft_modes(files):
    """T_min = (C_TLS/C_sm)^(1/4) (004 eq. 23)."""
    one = ensemble()
    prefactor, modes = law(4, one)
    soft = prefactor * gamma(7) * zeta(6)
    files.write(one, modes)
    for wanted in (0.1, 0.2):
        estimates, *_ = files.compute(one, two_level=soft * wanted**4)
        assert numbers(estimates, "heat_minimum")[0] == pytest.approx(wanted, rel=2e-3)
    assert np.isnan(numbers(files.compute(one)[0], "heat_minimum")).all()  # a harmonic glass alone has none


def test_an_incomplete_spectrum_is_flagged(files):
    """Of the lowest modes alone no specific heat follows: NaN everywhere, and a flag that says why for every sample."""
    one, whole = ensemble(), ensemble(POINT.at(parent_temperature=0.7))
    _, modes = law(4, one)
    files.write(whole, modes)
    modes = np.where(np.cumsum(modes) < 0.99 * modes.sum(), modes, 0)
    files.write(one, modes)
    estimates, curve, flags = files.compute(one, whole)
    cold = estimates["parent_temperature"] == 0.5
    assert (
        estimates.loc[cold, "value"].isna().all() and set(estimates.loc[cold, "samples"]) == {0} and set(estimates.loc[cold, "flagged"]) == {SAMPLES}
    )
    assert estimates.loc[~cold & (estimates["quantity"] == "heat_exponent"), "value"].notna().all()
    assert curve.loc[curve["parent_temperature"] == 0.5, ["heat", "exponent", "reduced"]].isna().all(axis=None)
    assert curve.loc[curve["parent_temperature"] == 0.7, ["heat", "exponent", "reduced"]].notna().all(axis=None)
    (flag,) = flags.to_dict("records")
    assert flag["step"] == "specific_heat" and "spectrum must be full" in flag["flag"] and flag["samples"] == SAMPLES
    assert flag["parent_temperature"] == 0.5


def test_an_ensemble_without_a_sample(files):
    one = ensemble()
    files.write(one, np.zeros(len(EDGES) - 1))
    estimates, curve, flags = files.compute(one)
    assert estimates["value"].isna().all() and set(estimates["samples"]) == {0} and len(flags) == 0
    assert curve["heat"].isna().all()


def test_a_replicate_that_drew_no_sample_has_no_heat(files):
    """Its modes are absent from the table, which is not the same as a glass without modes."""
    one = ensemble()
    _, modes = law(4, one)
    files.write(one, modes, spread=-0.5)  # of the second replicate nothing is left
    estimates, curve, _ = files.compute(one)
    assert np.isnan(numbers(estimates, "heat_exponent")[2]) and np.isfinite(numbers(estimates, "heat_exponent")[[0, 1]]).all()


def test_files_that_cannot_be_are_named(files):
    one = ensemble()
    files.write(one, law(4, one)[1], identity="this")
    files.compute(ensemble(identities={"mode_counts": "this"}))
    with pytest.raises(InputError, match=r"mode_counts\.parquet: was made with another seed"):
        files.compute(ensemble(identities={"mode_counts": "other"}))
    path = files.paths(one)["elasticity_estimates"][0]
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"elasticity_estimates\.parquet: not a whole Parquet file"):
        files.compute(one)


def test_the_rule_writes_points_of_different_axes_into_one_table(files, tmp_path):
    """Through the driver, as Snakemake runs it: the key over all axes of the study, blank where a point lacks one."""
    rank = Axis("rank", "r", "r", "1", "a label", type="int32")
    points = [POINT, Point((PARTICLES, PARENT_TEMPERATURE, rank), (500, 0.5, 3))]
    ensembles = [ensemble(point) for point in points]
    for one in ensembles:
        files.write(one, law(4, one)[1])
    names = {name: list(map(str, paths)) for name, paths in files.paths(*ensembles).items()}
    outputs = [str(tmp_path / file) for file in declarations()["specific_heat"].averages]
    plain = [{"point": one.point.describe(), "dimension": 3, "seed": 1, "replicates": REPLICATES, "identities": {}} for one in ensembles]
    job = {"rule": "compute_specific_heat", "script": "aggregate.py", "wildcards": {}, "config": {"study": "x", "seed": 1}, "threads": 1}
    job["params"] = {"observable": "specific_heat", "function": "compute_specific_heat", "settings": {"two_level": 0.0}, "ensembles": plain}
    job["params"]["identity"] = "this"
    job["input"], job["output"] = {"all": [], "named": names}, {"all": outputs, "named": {}}
    Job({**job, "log": {"all": [str(tmp_path / "log")], "named": {}}}, REPOSITORY).run()
    for table, path in zip((ESTIMATES, SPECIFIC_HEAT, FLAGS), outputs, strict=True):
        frame = read_table(table, path)
        assert list(frame.columns) == ["particles", "parent_temperature", "rank", *table.names]
        assert table is FLAGS or (set(frame["rank"]) == {-1, 3} and frame["rank"].dtype == np.int32)


def test_its_quantities_have_the_declared_units(files):
    one = ensemble()
    files.write(one, law(4, one)[1])
    estimates, *_ = files.compute(one)
    declared = {quantity.name: quantity.unit for quantity in declarations()["specific_heat"].quantities}
    assert dict(zip(estimates["quantity"], estimates["unit"], strict=True)) == declared
    assert LENGTH in declared["heat_minimum"]


def test_phonons_and_soft_modes_are_told_apart(files):
    """C_D of the speeds of sound, C_sm = 720 zeta(6) A_g, and (C_TLS/C_sm)^(1/4) where both terms are alike; flagged where there is no law."""
    one = ensemble()
    prefactor, modes = law(4, one)
    files.write(one, modes)
    path = files.paths(one)["modes_estimates"][0]
    for reason in ("", "no omega^4 range: made up"):
        rows = [
            ESTIMATES.row(quantity=name, replicate=b, value=number, unit="1", samples=SAMPLES, flag=reason * (name == "A_g"))
            for name, number in (("omega_cutoff", 3.0), ("A_g", prefactor))
            for b in range(REPLICATES + 1)
        ]
        write_table(ESTIMATES, pd.DataFrame(rows), path, {}, Key.of(one.point))
        estimates, curve, _ = files.compute(one, two_level=1e-6)
        soft = 720 * zeta(6) * prefactor
        np.testing.assert_allclose(numbers(estimates, "heat_soft"), soft, rtol=1e-12)
        np.testing.assert_allclose(numbers(estimates, "heat_minimum_law"), (1e-6 / soft) ** 0.25, rtol=1e-12)
        np.testing.assert_allclose(curve["soft"], soft * TEMPERATURES**5, rtol=1e-12)
        np.testing.assert_allclose(curve["heat"][14:31], curve["soft"][14:31], rtol=1e-5)  # what is warm is the law alone
        debye = 4 * np.pi**4 / 15 * SPACING**3 / (2 * np.pi**2) * (2 / 40.0**3 + 1 / 70.0**3)
        np.testing.assert_allclose(curve["phonons"], debye * TEMPERATURES**3, rtol=1e-10)
        flags = estimates.set_index("quantity")["flag"]
        assert set(flags.loc[["heat_soft", "heat_minimum_law"]]) == {reason} and set(flags.loc[["heat_debye", "heat_exponent"]]) == {""}
    files.write(one, modes)
    assert np.isnan(numbers(files.compute(one)[0], "heat_minimum_law")).all()
