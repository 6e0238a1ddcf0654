"""Columns that tables of oscillators share: of a minimum, of its modes, of D(omega). Declarations stand on it: nothing heavy is imported."""

from vitrine.schema import NONE, Column

MINIMUM = (
    Column("energy", "double", NONE, "energy per oscillator"),
    Column("square", "double", NONE, "q, mean of x^2"),
    Column("omega_softest", "double", NONE, "lowest frequency"),
    Column("core_softest", "double", NONE, "N e of the softest mode: about the number of oscillators that move in it"),
    Column("residual", "double", NONE, "largest force in units of its largest part"),
    Column("iterations", "int32", NONE, "iterations of L-BFGS"),
    Column("newton_steps", "int32", NONE, "steps of Newton after them"),
)
MODES = (
    Column("mode", "int32", NONE, "index of the mode"),
    Column("omega", "double", NONE, "its frequency"),
    Column("participation", "double", NONE, "e = (sum v^2)^2/(N sum v^4); of the softest alone where the whole spectrum is taken"),
)
DENSITY = (
    Column("omega_low", "double", NONE, "lower edge of the bin"),
    Column("omega_high", "double", NONE, "upper edge"),
    Column("density", "double", f"1/({NONE})", "D(omega), modes per oscillator and unit of omega"),
    Column("density_error", "double", f"1/({NONE})", "bootstrap standard error over samples"),
    Column("count", "int64", NONE, "modes in the bin"),
)
