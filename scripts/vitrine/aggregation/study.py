"""Over all parent temperatures: every quantity with its error, in simulation units and in the units of the papers.

Replicate b of one ensemble is combined with replicate b of the others, so that errors follow through every product, ratio and fit.
Units of the papers (Rainone et al. 2020, appendix A): length a0 = (V/N)^(1/d), frequency c_inf/a0, temperature T_onset; m = k_B = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Estimate
from vitrine.errors import InputError
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.tables import FLAGS, NONE, QUANTITIES, SPEED

Key = tuple[int, float]
Ensembles = dict[Key, dict[str, Estimate]]

FREQUENCY_REDUCED = "c_inf/a0"
PREFACTOR_REDUCED = "(c_inf/a0)^-5"
LENGTH_REDUCED = "a0"


@dataclass(frozen=True)
class StudySettings:
    """What combining ensembles needs: `particles` of the main ensemble, the glass former's name, leaves of the config's model and analysis blocks.

    Above `large_above` (None: nowhere) the prefactor A_g that enters N and R_Ag comes from the largest ensemble that has this parent temperature.
    """

    particles: int
    dimension: int
    density: float
    onset_temperature: float
    crossover_temperature: float
    large_above: float | None = None
    model: str = "poly"

    @property
    def a0(self) -> float:
        """Interparticle distance in lambda_min."""
        return self.density ** (-1 / self.dimension)


def gather(estimates: pd.DataFrame) -> Ensembles:
    """The estimates tables of all ensembles, one below the other, as {(particles, T_p): {quantity: Estimate}}.

    An estimate from a single sample keeps its value but not its replicates: they would all be equal and feign an error of zero. Raises InputError
    where a quantity is given twice or with another number of replicates than the others.
    """
    ensembles: Ensembles = {}
    lengths = set()
    for (particles, temperature, name), rows in estimates.groupby(["particles", "parent_temperature", "quantity"]):
        rows = rows.sort_values("replicate")
        if not np.array_equal(rows["replicate"], np.arange(len(rows))):
            raise InputError(f"estimates of {name} at N = {particles}, T_p = {temperature:g} do not have the replicates 0 to B once each")
        lengths.add(len(rows))
        first = rows.iloc[0]
        values = rows["value"].to_numpy(dtype=float).copy()
        if first["samples"] < 2:
            values[1:] = np.nan
        estimate = Estimate(values, str(first["unit"]), int(first["samples"]), int(first["flagged"]))
        ensembles.setdefault((int(particles), float(temperature)), {})[str(name)] = estimate
    if len(lengths) > 1:
        raise InputError(f"estimates have different numbers of replicates {sorted(lengths)}; remove the aggregated tables and run again")
    return ensembles


def combined(function: Callable[..., np.ndarray], unit: str, *estimates: Estimate) -> Estimate:
    """A function of estimates, replicate by replicate; it has as many samples as the poorest of them."""
    values = function(*(estimate.values for estimate in estimates))
    return Estimate(values, unit, min(estimate.samples for estimate in estimates), max(estimate.flagged for estimate in estimates))


def temperatures_with(ensembles: Ensembles, particles: int, *names: str) -> list[float]:
    """Parent temperatures, cold to hot, at which the ensemble of this size has a finite estimate of all `names`."""
    return sorted(
        temperature
        for (size, temperature), quantities in ensembles.items()
        if size == particles and all(name in quantities and np.isfinite(quantities[name].values[0]) for name in names)
    )


def _plateau_temperatures(ensembles: Ensembles, settings: StudySettings, name: str) -> list[float]:
    """T_p >= T_onset of the main ensembles that have `name`, or the hottest alone where there is none."""
    warm = temperatures_with(ensembles, settings.particles, name)
    return [temperature for temperature in warm if temperature >= settings.onset_temperature * (1 - 1e-9)] or warm[-1:]


def with_own_density(settings: StudySettings, ensembles: Ensembles) -> StudySettings:
    """The settings with the density that the glasses behind G_inf have, which at constant pressure is not the model's; its error is left out."""
    spacings = [ensembles[settings.particles, T_p]["spacing"].values[0] for T_p in _plateau_temperatures(ensembles, settings, "spacing")]
    return replace(settings, density=float(np.mean(spacings)) ** -settings.dimension) if spacings else settings


def plateau_modulus(ensembles: Ensembles, settings: StudySettings) -> tuple[Estimate | None, str]:
    """G_inf: the mean shear modulus of the main ensembles with T_p >= T_onset, or of the hottest where there is none; and which, in words."""
    hottest = _plateau_temperatures(ensembles, settings, "shear_modulus")
    if not hottest:
        return None, "no shear modulus"
    listed = ", ".join(f"{temperature:g}" for temperature in hottest)
    warm = hottest[-1] >= settings.onset_temperature * (1 - 1e-9)
    window = f"T_p >= T_onset: {listed}" if warm else f"hottest T_p only: {listed}, below T_onset"
    moduli = [ensembles[settings.particles, temperature]["shear_modulus"] for temperature in hottest]
    mean = np.mean([modulus.values for modulus in moduli], axis=0)
    samples, flagged = (sum(getattr(modulus, name) for modulus in moduli) for name in ("samples", "flagged"))
    return Estimate(mean, moduli[0].unit, samples, flagged), window


def plateau_speed(modulus: Estimate, settings: StudySettings) -> Estimate:
    """c_inf = sqrt(G_inf/rho), rho = N/V at unit mass."""
    return combined(lambda g: np.sqrt(g / settings.density), SPEED, modulus)


def density_source(ensembles: Ensembles, key: Key, name: str, settings: StudySettings) -> Key:
    """The ensemble whose A_g (`name`) enters N and R_Ag of ensemble `key`: itself, or the largest at this T_p above `large_above`."""
    particles, temperature = key
    if settings.large_above is None or particles != settings.particles or temperature <= settings.large_above:
        return key
    sizes = [size for size, other in ensembles if other == temperature and name in ensembles[size, other]]
    return (max(sizes), temperature) if sizes else key


def reduced(ensembles: Ensembles, settings: StudySettings) -> Ensembles:
    """The ensembles with every derived quantity added: reduced units, N, xi_g and the ratios to the hottest T_p of the same size.

    `settings` are those of `with_own_density`.
    """
    modulus, _ = plateau_modulus(ensembles, settings)
    c_inf = plateau_speed(modulus, settings) if modulus is not None else None
    full = {key: dict(quantities) for key, quantities in ensembles.items()}
    for key, quantities in full.items():
        if c_inf is not None:
            quantities.update(_in_reduced_units(quantities, c_inf, settings.a0))
        quantities.update(_soft_spots(ensembles, key, settings))
    for key in full:
        full[key].update(_ratios(full, key, settings))
    return full


def _in_reduced_units(quantities: dict[str, Estimate], c_inf: Estimate, a0: float) -> dict[str, Estimate]:
    derived = {}
    for name in ("omega_g", "omega_g_unfiltered", "omega_min", "omega_ph"):
        if name in quantities:
            derived[f"{name}_reduced"] = combined(lambda omega, c: omega * a0 / c, FREQUENCY_REDUCED, quantities[name], c_inf)
    for name in ("A_g", "A_g_ml", "A_g_tail"):
        if name in quantities:
            derived[f"{name}_reduced"] = combined(lambda prefactor, c: prefactor * (c / a0) ** 5, PREFACTOR_REDUCED, quantities[name], c_inf)
    # The sample's own size and spread are known here, not those of the ensembles behind c_inf.
    return {name: Estimate(e.values, e.unit, quantities[name.removesuffix("_reduced")].samples, e.flagged) for name, e in derived.items()}


def _soft_spots(ensembles: Ensembles, key: Key, settings: StudySettings) -> dict[str, Estimate]:
    """N = A_g omega_g^5 per particle (Rainone et al. 2020, eq. 2), xi_g = 2 pi c_s/omega_g (eq. 4), xi of the bond operator in a0."""
    quantities, derived = ensembles[key], {}
    if "omega_g" in quantities:
        for name, prefactor in (("N_qlm", "A_g"), ("N_qlm_ml", "A_g_ml")):
            source = ensembles[density_source(ensembles, key, prefactor, settings)]
            if prefactor in source:
                derived[name] = combined(lambda a, omega: a * omega**5, NONE, source[prefactor], quantities["omega_g"])
        if "c_s" in quantities:
            a0 = quantities["spacing"].values if "spacing" in quantities else settings.a0
            derived["xi_g"] = combined(lambda c, omega: 2 * np.pi * ratio(c, omega) / a0, LENGTH_REDUCED, quantities["c_s"], quantities["omega_g"])
    if "xi_bond" in quantities:
        derived["xi_bond_reduced"] = combined(lambda xi: xi / settings.a0, LENGTH_REDUCED, quantities["xi_bond"])
    return derived


def _ratios(ensembles: Ensembles, key: Key, settings: StudySettings) -> dict[str, Estimate]:
    """Ratios to the hottest T_p of the same size at which the quantity exists (Giannini et al. 2021, Fig. 5)."""
    derived = {}
    for name, quantity in (("R_Ag", "A_g"), ("R_Ag_tail", "A_g_tail"), ("R_xi_g", "xi_g"), ("R_xi_bond", "xi_bond")):
        available = temperatures_with(ensembles, key[0], quantity)
        if key[1] not in available:
            continue
        here, hottest = key, (key[0], available[-1])
        if quantity == "A_g":
            here, hottest = (density_source(ensembles, one, quantity, settings) for one in (here, hottest))
        derived[name] = combined(ratio, NONE, ensembles[here][quantity], ensembles[hottest][quantity])
    return derived


def collect_quantities(estimates: pd.DataFrame, settings: StudySettings) -> pd.DataFrame:
    """The quantities table: every estimate and derived quantity of every ensemble with its bootstrap error."""
    rows, ensembles = [], gather(estimates)
    for (particles, temperature), quantities in sorted(reduced(ensembles, with_own_density(settings, ensembles)).items()):
        for name, estimate in quantities.items():
            error = float(standard_error(estimate.values))
            counts = {"samples": estimate.samples, "flagged": estimate.flagged}
            key = {"particles": particles, "parent_temperature": temperature, "quantity": name}
            rows.append({**key, "value": estimate.values[0], "error": error, "unit": estimate.unit, **counts})
    return pd.DataFrame(rows, columns=[column.name for column in QUANTITIES.columns])


def collect_flags(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The flags tables of all ensembles and observables in one, sorted by ensemble."""
    names = [column.name for column in FLAGS.columns]
    filled = [frame[names] for frame in frames if len(frame)]
    data = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=names)
    return data.sort_values(["particles", "parent_temperature"], kind="stable", ignore_index=True)
