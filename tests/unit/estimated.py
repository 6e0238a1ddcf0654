"""Made-up estimates of a study that obeys the papers, and where its numbers stand in the tables that follow from them."""

import numpy as np
import pandas as pd
from vitrine import tables
from vitrine.aggregation.fits import combine
from vitrine.aggregation.results import StudySettings
from vitrine.observables import declarations
from vitrine.points import PARENT_TEMPERATURE, PARTICLES

AXES = (PARTICLES, PARENT_TEMPERATURE)
OBSERVABLES = ("liquids", "glasses", "modes", "elasticity", "pinching", "bond_operator", "soft_spots")
SETTINGS = StudySettings(
    AXES, (2000, 1.3), "parent_temperature", dimension=3, density=0.58, temperature_unit=0.9, observables=OBSERVABLES, published=("poly",)
)
HEADLINES = sorted((one for name in OBSERVABLES for one in declarations()[name].headlines), key=lambda one: one.place)
UNITS = {quantity.name: quantity.unit for one in declarations().values() for quantity in one.quantities}
A0 = 0.58 ** (-1 / 3)
TEMPERATURES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.3)
REPLICATES = 100
SAMPLES = 40


def truth(particles, temperature):
    """A glass that obeys the papers: N = 0.1 exp(-3.3 T_onset/T_p), omega_g doubling, G with an onset at 0.75, <omega_min> ~ N^(-1/5)."""
    omega = 2.0 * (1 + max(0, 0.75 - temperature) / 0.45)
    modulus = 8.9 * (1 + max(0, 0.75 - temperature))
    number_of_spots = 0.1 * np.exp(-3.3 * 0.9 / temperature)
    return {
        "shear_modulus": modulus,
        "c_s": np.sqrt(modulus / 0.58),
        "omega_ph": 1.5,
        "chi": 2.0,
        "omega_g": omega,
        "omega_g_unfiltered": 1.4 * omega,
        "omega_g_filter_ratio": 1.4,
        "A_g": number_of_spots / omega**5,
        "A_g_ml": number_of_spots / omega**5,
        "A_g_tail": number_of_spots / omega**5,
        "A_g_exponent": 5.0,
        "weibull_exponent": 5.0,
        "omega_min": 3 * particles**-0.2,
        "omega_min_ratio": 0.229,
        "omega_min_below": 0.95 if temperature > 0.45 else 0.5,
        "lambda_exponent": 3.5,
        "xi_bond": 4.0 * A0 * (0.6 if temperature < 0.35 else 1.0),
    }


def estimates(particles=2000, temperatures=TEMPERATURES, spread=0.02, samples=SAMPLES, names=None, seed=1, **changed):
    """Estimates tables: the truth as the estimate, replicates scattered about it by `spread`; `changed` are numbers, or functions of T_p."""
    rng = np.random.default_rng(seed)
    rows = []
    for temperature in temperatures:
        for name, value in {**truth(particles, temperature), **changed}.items():
            if names is not None and name not in names:
                continue
            value = value(temperature) if callable(value) else value
            scattered = np.append(value, value * (1 + spread * rng.standard_normal(REPLICATES)))
            for replicate, one in enumerate(scattered):
                rows.append((particles, temperature, name, replicate, one, UNITS.get(name, "1"), samples, 2, ""))
    return pd.DataFrame(rows, columns=[*(axis.name for axis in AXES), *tables.ESTIMATES.names])


def collect_quantities(data, settings=SETTINGS):
    """The table of quantities."""
    return combine(data, settings)[0]


def fit_study(data, settings=SETTINGS):
    """The table of fits."""
    return combine(data, settings)[1]


def value(quantities, name, temperature, particles=2000, column="value"):
    """A number of one point."""
    chosen = quantities[(quantities["quantity"] == name) & (quantities["parent_temperature"] == temperature) & (quantities["particles"] == particles)]
    return chosen[column].item()


def fitted(fits, name, column="value"):
    """A number of the fits."""
    return fits.loc[fits["name"] == name, column].item()
