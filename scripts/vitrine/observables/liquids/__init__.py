"""Liquids: energies, relaxation times and the evidence of equilibrium. Preparation writes the tables of batches; here they are averaged."""

from vitrine.declare import Figure, Observable, Quantity
from vitrine.schema import ENERGY, MODULUS, NONE, SWEEPS, TEMPERATURE, Column, Table
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

OBSERVABLE = Observable(
    name="liquids",
    title="liquids: energy, pressure, relaxation time",
    formula="self-overlap Q(t), its decay to 1/e; configurational temperature <|grad U|^2>/<laplacian U>",
    source="002 App. A",
    place=1,
    preparation=True,
    aggregate="aggregate_liquids",
    combines=(LIQUIDS.file, RELAXATION.file),
    curves=(RELAXATION_CURVES,),
    collected=(LIQUIDS.file,),
    quantities=(
        Quantity("energy_liquid", "U/N", ENERGY, "potential energy of the liquid per particle"),
        Quantity("pressure_liquid", "p", MODULUS, "pressure of the liquid"),
        Quantity("configurational_temperature", r"T_\mathrm{conf}", TEMPERATURE, "configurational temperature of the liquid"),
        Quantity("relaxation_time", r"\tau", SWEEPS, "time for the self-overlap to fall to 1/e"),
        Quantity("energy_relaxation_time", r"\tau_U", SWEEPS, "integrated autocorrelation time of the energy"),
        Quantity("displacement_acceptance", r"a_\mathrm{move}", NONE, "accepted fraction of the trial displacements"),
        Quantity("swap_acceptance", r"a_\mathrm{swap}", NONE, "accepted fraction of the trial exchanges of sizes"),
    ),
    figures=(
        Figure(
            "equilibration",
            "plot_equilibration",
            tables=("relaxation_curves", "liquids", "quantities", "flags"),
            quantities=("relaxation_time",),
            axis="parent_temperature",
            title="decay of the self-overlap, run lengths in relaxation times, energy drift",
        ),
    ),
)
