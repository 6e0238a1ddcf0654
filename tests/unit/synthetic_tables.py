"""Tables of a made-up study that obeys the published laws, to draw the figures from without simulating anything.

omega_g doubles and G rises by 40 % on annealing, N = 0.05 exp(-E/T_p) with E = 3.3 below T_x and a bend above it, A_g = N/omega_g^5, spectra with the
omega^4 tail, a phonon band and a Debye-like bulk; numbers of modes are Poisson. Simulation units, d = 3.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import pandas as pd
from vitrine.figures.settings import Settings
from vitrine.observables import declarations, known_tables
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Axis
from vitrine.tables import FITS, FLAGS, LIQUIDS, QUANTITIES

ONSET = 0.9
CROSSOVER = 0.66
DENSITY = 0.58
A0 = DENSITY ** (-1 / 3)
G_INF = 17.0 * ONSET / A0**3
C_INF = np.sqrt(G_INF / DENSITY)
UNIT = C_INF / A0
ENERGY = 3.3
CAPACITY = 2.0  # of the liquids, per particle
FOUR = (1.3, 0.7, 0.55, 0.45)
KEY = ("particles", "parent_temperature")
SCHEMAS = {**known_tables(), **{table.name: table for table in (QUANTITIES, FITS, FLAGS)}}
TABLES = (
    "quantities",
    "fits",
    "flags",
    "liquids",
    "mode_density",
    "bond_operator_density",
    "pinching_scatter",
    "pinching_force",
    "relaxation_curves",
    "energy_windows",
    "mode_windows",
    "tail_windows",
)
UNITS = {quantity.name: quantity.unit for one in declarations().values() for quantity in one.quantities}
UNITS |= {"omega_g_reduced": "c_inf/a0", "omega_g_unfiltered_reduced": "c_inf/a0", "A_g_reduced": "(c_inf/a0)^-5", "A_g_ml_reduced": "(c_inf/a0)^-5"}
TWELVE = (1.3, 1.0, 0.8, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3)


def stiffening(t: float) -> float:
    """omega_g at T_p = t T_onset over its plateau."""
    return 1 + 1.05 * np.exp(-((t / 0.42) ** 2))


def shear_modulus(t: float) -> float:
    return G_INF * (1 + 0.65 * np.exp(-((t / 0.42) ** 2)))


def defects(t: float) -> float:
    """N per particle."""
    bend = CROSSOVER / ONSET
    return 0.02 * np.exp(-ENERGY * (1 / t - 1 / bend)) if t <= bend else 0.02 * np.exp(-0.9 * (1 / t - 1 / bend))


def nested(number: float) -> np.ndarray:
    """Modes in nested windows, each with fewer than the last by the square root of two, none with fewer than eight."""
    return (number * 2 ** (-0.5 * np.arange(1 + int(2 * np.log2(number / 8))))).astype(int)


MADE: dict[tuple, dict] = {}  # the tables of studies that were made already


class Study:
    """All tables of one made-up study; every attribute is a data frame with the columns of its schema. Two of the same arguments are alike."""

    def __init__(self, temperatures: tuple[float, ...] = FOUR, particles: int = 256, samples: int = 48, seed: int = 1) -> None:
        self.temperatures, self.particles, self.samples = temperatures, particles, samples
        made = MADE.setdefault((temperatures, particles, samples, seed), {})
        if not made:
            self._make(np.random.default_rng(seed))
            made.update(vars(self))
        vars(self).update(made | {name: made[name].copy() for name in TABLES})

    def _make(self, random: np.random.Generator) -> None:
        self.random, temperatures = random, self.temperatures
        self.evidence, self.laws = random.spawn(2)
        self.side = (self.particles / DENSITY) ** (1 / 3)
        self.liquids = self._liquids()
        bad = self.liquids[self.liquids["flag"] != ""]
        self.flagged = bad.groupby("parent_temperature")["sample"].count().to_dict()
        self.flags = self._flags(bad)
        self.quantities = pd.concat([self._quantities(temperature) for temperature in temperatures], ignore_index=True)
        self.fits = self._fits()
        self.mode_density = pd.concat([self._mode_density(temperature) for temperature in temperatures], ignore_index=True)
        self.bond_operator_density = pd.concat([self._bond_density(temperature) for temperature in temperatures], ignore_index=True)
        self.pinching_scatter, self.pinching_force = self._pinching()
        self.relaxation_curves = pd.concat([self._relaxation(temperature) for temperature in temperatures], ignore_index=True)
        self.energy_windows = pd.concat([self._windows(temperature) for temperature in temperatures], ignore_index=True)
        self.mode_windows = pd.concat([self._mode_windows(temperature) for temperature in temperatures], ignore_index=True)
        self.tail_windows = pd.concat([self._tail_windows(temperature) for temperature in temperatures], ignore_index=True)
        for name in TABLES:
            assert list(getattr(self, name).columns) == [*(KEY if name != "fits" else ()), *SCHEMAS[name].names], name

    def _key(self, temperature: float) -> dict:
        return {"particles": self.particles, "parent_temperature": temperature}

    def phonon(self, temperature: float) -> float:
        return 2 * np.pi * np.sqrt(shear_modulus(temperature / ONSET) / DENSITY) / self.side

    def prefactor(self, temperature: float) -> float:
        """A_g in simulation units."""
        t = temperature / ONSET
        return defects(t) / (1.1 * stiffening(t) * UNIT) ** 5

    def _quantities(self, temperature: float) -> pd.DataFrame:
        t, hot = temperature / ONSET, max(self.temperatures) / ONSET
        below = max(self.samples * self.particles * self.prefactor(temperature) * (0.9 * self.phonon(temperature)) ** 5 / 5, 0.05)
        c_s, omega = np.sqrt(shear_modulus(t) / DENSITY), 1.1 * stiffening(t) * UNIT
        noise = below**-0.5
        length = 2 * np.pi * c_s / omega
        hot_length = 2 * np.pi * np.sqrt(shear_modulus(hot) / DENSITY) / (1.1 * stiffening(hot) * UNIT)
        ratio = self.prefactor(temperature) / self.prefactor(hot * ONSET)
        few = 0.03 / np.sqrt(self.samples)
        exact = {
            "shear_modulus": (shear_modulus(t), 0.05),
            "c_s": (c_s, 0.025),
            "omega_ph": (self.phonon(temperature), 0.025),
            "omega_cutoff": (0.7 * self.phonon(temperature), 0.02),
            "energy_inherent": (5.4 - 0.2 / t, 0.001),
            "omega_g": (omega, 0.1),
            "omega_g_reduced": (omega / UNIT, 0.1),
            "omega_g_unfiltered_reduced": (1.4 * omega / UNIT, 0.03),
            "omega_g_filter_ratio": (1.37, 0.02),
            "A_g": (self.prefactor(temperature), noise * 6),
            "A_g_reduced": (self.prefactor(temperature) * UNIT**5, noise * 6),
            "A_g_ml_reduced": (self.prefactor(temperature) * UNIT**5, noise * 7),
            "N_qlm": (defects(t), noise * 6.5),
            "N_qlm_ml": (defects(t), noise * 7.5),
            "xi_g": (length / A0, 0.1),
            "R_Ag": (ratio, noise * 8),
            "R_Ag_tail": (ratio, noise * 5),
            "R_xi_g": (length / hot_length, 0.12),
            "R_xi_bond": (length / hot_length, 0.2),
            "N_e_plateau": (28 * (length / hot_length) ** 3, 0.3),
            "lambda_tail": (14.0 * stiffening(t) ** -2, 0.1),
            "relaxation_time": (40 * np.exp(0.9 / t + 0.35 / t**2), 0.6),
        }
        numbers = {}
        for name, (value, scale) in exact.items():
            relative = min(scale * few * 15, 0.8)
            numbers[name] = (value * np.exp(relative * self.random.normal()), abs(value) * relative)
        flagged = self.flagged.get(temperature, 0)
        told = {"samples": self.samples - flagged, "flagged": flagged, "flag": ""}
        rows = [
            {**self._key(temperature), "quantity": name, "value": value, "error": error, "unit": UNITS.get(name, ""), **told}
            for name, (value, error) in {
                **numbers,
                **self._equilibrium(temperature),
                **self._of_the_laws(temperature),
                **self._of_modes(temperature),
            }.items()
        ]
        return pd.DataFrame(rows)

    def _equilibrium(self, temperature: float) -> dict[str, tuple[float, float]]:
        """The evidence of equilibrium: differences that scatter about zero by their errors. No liquid is heated up to the coldest rung."""
        errors = {"temperature_drift": 0.001 * temperature, "temperature_bracket": 0.0015 * temperature}
        if temperature == min(self.temperatures):
            del errors["temperature_bracket"]
        differences = {name: (error * self.evidence.normal(), error) for name, error in errors.items()}
        return {"heat_capacity_liquid": (CAPACITY * (1 + 0.02 * self.evidence.normal()), 0.02 * CAPACITY), **differences}

    def _of_the_laws(self, temperature: float) -> dict[str, tuple[float, float]]:
        """Prefactor and onset of the tail, and the slope of ln N against 1/T_p up to the next hotter T_p."""
        t, hotter = temperature / ONSET, min((one / ONSET for one in self.temperatures if one > temperature), default=0.0)
        found = {"A_g_tail": (self.prefactor(temperature), 0.2), "plateau_onset": (12.0 * stiffening(t) ** -2, 0.05)}
        if hotter:
            found["E_qlm_local"] = (np.log(defects(hotter) / defects(t)) / (1 / t - 1 / hotter), 0.15)
        return {name: (value * (1 + relative * self.laws.normal()), abs(value) * relative) for name, (value, relative) in found.items()}

    def _of_modes(self, temperature: float) -> dict[str, tuple[float, float]]:
        """Quartiles and mean of the dilatant-to-shear ratio, which rises on annealing."""
        scale = 0.1 * stiffening(temperature / ONSET)
        of = {"median": 1.0, "lower": 0.5, "upper": 1.9, "mean": 1.3}
        of |= {f"signed_{name}": value for name, value in {"median": -0.2, "lower": -0.9, "upper": 0.7, "mean": -0.1}.items()}
        found = {f"dilatancy_{name}": (value * scale, 0.06 * scale) for name, value in of.items()}
        return found | {"dilatancy_signed_share": (0.6, 0.05)}

    def _windows_of_fits(self) -> dict[str, tuple[float, float]]:
        """The slope of ln N against 1/T_p from either end to every other T_p."""
        ordered, found = sorted(self.temperatures), {}
        for place, temperature in enumerate(ordered):
            for name, inside in (("below", ordered[: place + 1]), ("above", ordered[place:])):
                if len(inside) > 1:
                    t = np.array(inside) / ONSET
                    slope = -np.polyfit(1 / t, [np.log(defects(one)) for one in t], 1)[0]
                    found[f"E_qlm_{name}:{temperature:g}"] = (slope, 0.6 / len(inside))
        return found

    def _fits(self) -> pd.DataFrame:
        bend = CROSSOVER / ONSET
        values = {
            "c_inf": (C_INF, 0.02),
            "G_inf": (G_INF, 0.08),
            "G_inf_reduced": (17.0, 0.15),
            "T_onset": (0.88, 0.05),
            "a0": (A0, 0.0),
            "E_qlm": (ENERGY, 0.21),
            "E_qlm_intercept": (np.log(0.02) + ENERGY / bend, 0.4),
            "E_qlm_full": (2.4, 0.1),
            "E_qlm_full_intercept": (np.log(0.02) + 2.0 / bend, 0.3),
            **self._windows_of_fits(),
        }
        return pd.DataFrame(
            [{"name": name, "value": v, "error": e, "unit": "", "window": "", "samples": self.samples} for name, (v, e) in values.items()]
        )

    def _mode_density(self, temperature: float) -> pd.DataFrame:
        edges = np.geomspace(0.05, 40.0, 90) * UNIT / 3
        phonon, scale = self.phonon(temperature), 1.1 * stiffening(temperature / ONSET) * UNIT
        fine = np.geomspace(edges[0] / 3, edges[-1], 20000)
        glassy = self.prefactor(temperature) * fine**4 / (1 + (fine / (0.9 * scale)) ** 4)
        band = 12 / self.particles * np.exp(-0.5 * ((fine / phonon - 1) / 0.03) ** 2) / (phonon * 0.03 * np.sqrt(2 * np.pi))
        bulk = np.where(fine > 1.15 * phonon, fine**2, 0.0) * np.exp(-((fine / (4.5 * UNIT)) ** 3))
        rest = 3 - np.trapezoid(glassy * np.exp(-((fine / (4 * UNIT)) ** 3)) + band, fine)
        density = glassy * np.exp(-((fine / (4 * UNIT)) ** 3)) + band + rest * bulk / np.trapezoid(bulk, fine)
        below = np.interp(edges, fine, np.concatenate([[0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(fine))]))
        count = self.random.poisson(np.diff(below) * self.particles * self.samples)
        modes, total = self.particles * self.samples, np.cumsum(count)
        frame = {
            "omega_low": edges[:-1],
            "omega_high": edges[1:],
            "density": count / modes / np.diff(edges),
            "density_error": np.sqrt(count) / modes / np.diff(edges),
            "cumulative": total / modes,
            "cumulative_error": np.sqrt(total) / modes,
            "count": count,
        }
        return pd.DataFrame(frame).assign(**self._key(temperature))[[*KEY, *SCHEMAS["mode_density"].names]]

    def _bond_density(self, temperature: float) -> pd.DataFrame:
        t = temperature / ONSET
        edges = np.geomspace(0.002, 4000.0, 70)
        fine = np.geomspace(edges[0], edges[-1], 20000)
        knee = 14.0 * stiffening(t) ** -2
        amplitude = defects(t) / defects(max(self.temperatures) / ONSET)
        density = np.exp(-((0.03 / fine) ** 2)) * fine**-2 * np.exp(-(fine / knee)) + amplitude * 0.01 * knee**1.5 * fine**-3.5 * (
            1 - np.exp(-((fine / knee) ** 3))
        )
        density /= np.trapezoid(density, fine)
        below = np.interp(edges, fine, np.concatenate([[0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(fine))]))
        total = 3 * self.particles * self.samples
        count = self.random.poisson(np.diff(below) * total)
        middle, width = np.sqrt(edges[:-1] * edges[1:]), np.diff(edges)
        plateau = 28 * ((np.sqrt(shear_modulus(t)) / stiffening(t)) / np.sqrt(G_INF)) ** 3
        level = (
            plateau
            + 0.45 * self.particles * (middle / 0.4) ** 1.2 / (1 + (middle / 0.4) ** 1.2) * np.exp(-middle / (0.3 * knee))
            + 2
            - plateau * np.exp(-middle / 0.2)
        )
        error = 0.5 * level / np.sqrt(np.maximum(count, 1))
        noisy = np.where(count > 0, np.maximum(level + 0.5 * error * self.random.normal(size=len(level)), 1.5), np.nan)
        frame = {
            "lambda_low": edges[:-1],
            "lambda_high": edges[1:],
            "density": count / total / width,
            "density_error": np.sqrt(count) / total / width,
            "count": count,
            "N_e": noisy,
            "N_e_error": error,
            "N_e_displacement": 1.4 * noisy,
            "N_e_displacement_error": 1.4 * error,
        }
        return pd.DataFrame(frame).assign(**self._key(temperature))[[*KEY, *SCHEMAS["bond_operator_density"].names]]

    def _pinching(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        scatter, means = [], []
        edges = np.geomspace(1e-6, 10, 22)
        for temperature in self.temperatures:
            force = np.exp(self.random.normal(np.log(0.06), 2.2, 2000))
            scale = 1.1 * stiffening(temperature / ONSET) * UNIT
            omega = scale * (1 + 1.3 * force / (0.25 + force)) * np.exp(0.25 * self.random.normal(size=len(force)))
            scatter.append(pd.DataFrame({**self._key(temperature), "force_reduced": force, "omega": omega}))
            groups = pd.Series(omega).groupby(np.digitize(force, edges))
            index = np.array([i for i in groups.groups if 0 < i < len(edges)])
            row = {
                "force_low": edges[index - 1],
                "force_high": edges[index],
                "omega": groups.mean()[index].to_numpy(),
                "omega_error": groups.sem()[index].to_numpy(),
                "count": groups.size()[index].to_numpy(),
            }
            means.append(pd.DataFrame(row).assign(**self._key(temperature))[[*KEY, *SCHEMAS["pinching_force"].names]])
        return pd.concat(scatter, ignore_index=True), pd.concat(means, ignore_index=True)

    def _relaxation(self, temperature: float) -> pd.DataFrame:
        t = temperature / ONSET
        time = np.unique(np.geomspace(1, 20000, 25).round())
        overlap = np.exp(-((time / (40 * np.exp(0.9 / t + 0.35 / t**2))) ** 0.7))
        keep = overlap > 0.02
        frame = {
            "time": time[keep],
            "overlap": overlap[keep],
            "overlap_error": 0.02 * np.sqrt(overlap * (1 - overlap))[keep],
            "samples": self.samples,
        }
        return pd.DataFrame(frame).assign(**self._key(temperature))[[*KEY, *SCHEMAS["relaxation_curves"].names]]

    def _windows(self, temperature: float) -> pd.DataFrame:
        """The mean energy comes down within the first eighths of the runs."""
        share, scale = np.arange(1, 9) / 8, CAPACITY * temperature
        change = scale * (0.5 * np.exp(-16 * share) + 0.001 * self.evidence.normal(size=8))
        frame = pd.DataFrame({"share": share, "change": change, "change_error": 0.001 * scale, "samples": self.samples})
        return frame.assign(**self._key(temperature))[[*KEY, *SCHEMAS["energy_windows"].names]]

    def _mode_windows(self, temperature: float) -> pd.DataFrame:
        """Exponents of the law in windows that halve their modes in two steps, from the cutoff down."""
        cutoff = 0.9 * self.phonon(temperature)
        count = nested(max(self.samples * self.particles * self.prefactor(temperature) * cutoff**5 / 5, 40.0))
        end, exponent = cutoff * (count / count[0]) ** 0.2, 5 * (1 + 0.7 * self.laws.normal(size=len(count)) / np.sqrt(count))
        frame = {"end": end, "extent": count**0.2, "count": count, "exponent": exponent, "error": exponent / np.sqrt(count)}
        return pd.DataFrame(frame).assign(**self._key(temperature))[[*KEY, *SCHEMAS["mode_windows"].names]]

    def _tail_windows(self, temperature: float) -> pd.DataFrame:
        """Exponents of the law and a level N e in windows from the onset of the tail up."""
        count = nested(max(0.003 * 3 * self.particles * self.samples, 40.0))
        noise, slopes = self.laws.normal(size=(2, len(count))) / np.sqrt(count)
        exponent, plateau = 1 + 2.5 * (1 + 0.7 * noise), 28 * stiffening(temperature / ONSET) ** -3
        frame = {
            "onset": 10 * stiffening(temperature / ONSET) ** -2 * (count[0] / count) ** 0.4,
            "extent": count**0.2,
            "count": count,
            "exponent": exponent,
            "error": (exponent - 1) / np.sqrt(count),
            "N_e": plateau * (1 + 0.1 * noise),
            "slope": 0.5 * plateau * slopes,
            "slope_error": 0.5 * plateau / np.sqrt(count),
        }
        return pd.DataFrame(frame).assign(**self._key(temperature))[[*KEY, *SCHEMAS["tail_windows"].names]]

    def _liquids(self) -> pd.DataFrame:
        rows = []
        for temperature in self.temperatures:
            t = temperature / ONSET
            tau = 40 * np.exp(0.9 / t + 0.35 / t**2)
            for sample in range(self.samples):
                mine = tau * np.exp(0.2 * self.random.normal())
                sweeps = max(500.0, 10 * mine)
                flag = (
                    ""
                    if temperature > 0.5 or self.random.random() > 0.06
                    else self.random.choice(["not equilibrated", "overlapping particles at the start"])
                )
                good = flag != "overlapping particles at the start"
                done = int(sweeps / mine) if not flag else int(self.random.integers(2, 9))
                energy = 5.5 - 0.2 / t + 0.01 * self.random.normal() if good else np.nan
                numbers = {"relaxation_time": mine, "relaxations": done, "sweeps": int(sweeps), "energy": energy} if good else {}
                rows.append({**self._key(temperature), **LIQUIDS.row(sample=sample, flag=str(flag), **numbers)})
        return pd.DataFrame(rows)

    def _flags(self, bad: pd.DataFrame) -> pd.DataFrame:
        rows = []
        for step in ("liquids", "modes", "pinching", "bond_operator"):
            for (temperature, flag), group in bad.groupby(["parent_temperature", "flag"]):
                examples = ", ".join(str(sample) for sample in group["sample"][:5])
                rows.append({**self._key(temperature), "step": step, "flag": flag, "samples": len(group), "examples": examples})
        return pd.DataFrame(rows, columns=[*KEY, *FLAGS.names])


def settings_of(study: Study, **other: object) -> Settings:
    """What a figure is told of a study: against T_p, of the published glass former, ten relaxation times asked for."""
    standard = {
        "axes": (PARTICLES, PARENT_TEMPERATURE),
        "main": (study.particles, max(study.temperatures)),
        "against": "parent_temperature",
        "dimension": 3,
        "density": DENSITY,
        "temperature_unit": ONSET,
        "published": ("poly",),
        "relaxation_times": 10.0,
        "figure": {"quantities": ["energy_inherent", "shear_modulus", "omega_g", "A_g"], "beside": None},
    }
    return Settings(**(standard | other))


def beside(study: Study, other: Study) -> Study:
    """The first study with the points of the other in its tables."""
    both = copy.copy(study)
    for name in TABLES:
        if name != "fits":
            setattr(both, name, pd.concat([getattr(study, name), getattr(other, name)], ignore_index=True))
    return both


def against(study: Study, axis: Axis, values: Sequence) -> tuple[Study, Settings]:
    """The tables of a study that varies another axis: its glasses of falling T_p become those of `values`, all at the T_p = 0.5."""
    moved = copy.copy(study)
    for name in TABLES:
        frame = getattr(study, name)
        if name != "fits":
            place = dict(zip(study.temperatures, values, strict=True))
            frame = frame.assign(**{axis.name: frame["parent_temperature"].map(place), "parent_temperature": 0.5})
            setattr(moved, name, frame)
    main = {"particles": study.particles, "parent_temperature": 0.5, axis.name: values[0]}
    axes = [one for one in (PARTICLES, PARENT_TEMPERATURE) if one.name != axis.name] + [axis]
    return moved, settings_of(study, axes=tuple(axes), main=tuple(main[one.name] for one in axes), against=axis.name)
