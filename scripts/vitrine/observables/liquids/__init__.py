"""Liquids: energies, relaxation times and whether an ensemble is in equilibrium. Preparation writes the tables of batches; here they are averaged."""

from vitrine.declare import POSITIVE, Figure, Observable, Quantity, Setting
from vitrine.schema import ENERGY, HEAT_CAPACITY, MODULUS, NONE, SWEEPS, TEMPERATURE, Column, Table
from vitrine.tables import LIQUIDS, RELAXATION

RELAXATION_CURVES = Table(
    "relaxation_curves",
    "mean decay of the self-overlap of an ensemble's liquids",
    (
        Column("time", "double", SWEEPS, "time since the origin"),
        Column("overlap", "double", NONE, "mean self-overlap"),
        Column("overlap_error", "double", NONE, "bootstrap standard error"),
        Column("samples", "int32", NONE, "samples that ran long enough"),
    ),
)
ENERGY_WINDOWS = Table(
    "energy_windows",
    "mean energy of an ensemble's liquids in successive windows of their runs, against that of the second half",
    (
        Column("share", "double", NONE, "end of the window as a share of the run"),
        Column("change", "double", ENERGY, "mean energy per particle in the window less that of the second half of the same runs"),
        Column("change_error", "double", ENERGY, "bootstrap standard error"),
        Column("samples", "int32", NONE, "samples"),
    ),
)

OBSERVABLE = Observable(
    name="liquids",
    title="liquids: energy, pressure, relaxation time",
    formula="self-overlap Q(t), its decay to 1/e; drift of the mean energy as a temperature; <|grad U|^2>/<laplacian U>",
    source="002 App. A",
    place=1,
    dimensions=(2, 3, 4),
    preparation=True,
    aggregate="aggregate_liquids",
    combines=(LIQUIDS.file, RELAXATION.file),
    curves=(RELAXATION_CURVES, ENERGY_WINDOWS),
    collected=(LIQUIDS.file,),
    settings=(
        Setting(
            "tolerance",
            0.005,
            POSITIVE,
            "an ensemble is not in equilibrium where its mean energy drifts, or differs from that of reheated liquids, by more than this as a "
            "temperature over T_p, and by more than three errors",
            "derive",
        ),
    ),
    quantities=(
        Quantity("energy_liquid", "U/N", ENERGY, "potential energy of the liquid per particle"),
        Quantity("pressure_liquid", "p", MODULUS, "pressure of the liquid"),
        Quantity("configurational_temperature", r"T_\mathrm{conf}", TEMPERATURE, "configurational temperature of the liquid"),
        Quantity("relaxation_time", r"\tau", SWEEPS, "time for the self-overlap to fall to 1/e"),
        Quantity("energy_relaxation_time", r"\tau_U", SWEEPS, "integrated autocorrelation time of the energy"),
        Quantity("heat_capacity_liquid", "c", HEAT_CAPACITY, "configurational heat capacity per particle, N <dU^2>/T_p^2", "heat capacity", 29),
        Quantity("energy_drift", r"\Delta U", ENERGY, "mean energy of the second half of the runs less that of the second quarter"),
        Quantity("temperature_drift", r"\Delta T", TEMPERATURE, "energy_drift over the heat capacity", "drift of the energy, as a temperature", 30),
        Quantity("run_share", r"t/t_\mathrm{asked}", NONE, "length of the runs over the one asked for; below 1 the budget has ended them"),
        Quantity("run_length", r"t/\tau", NONE, "length of the runs in relaxation times", "length of the runs in relaxation times", 31),
        Quantity("displacement_acceptance", r"a_\mathrm{move}", NONE, "accepted fraction of the trial displacements"),
        Quantity("swap_acceptance", r"a_\mathrm{swap}", NONE, "accepted fraction of the trial exchanges of sizes"),
    ),
    figures=(
        Figure(
            "equilibration",
            "plot_equilibration",
            tables=("relaxation_curves", "energy_windows", "quantities", "flags"),
            quantities=("relaxation_time", "temperature_drift"),
            observables=("liquids",),
            axis="parent_temperature",
            title="decay of the self-overlap, relaxation time, energy along the run, its drift as a temperature",
        ),
    ),
)
