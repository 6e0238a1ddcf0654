r"""Runs of LAMMPS, the program `lmp`: a data file and an input script for a sample, and what it says of it.

The interactions are written in LAMMPS's own words with the published numbers, not taken from the library's glass formers. `lj/smooth/linear` is the
Lennard-Jones potential with potential and force shifted to zero at the cutoff, phi(r) - phi(r_c) - (r - r_c) phi'(r_c). No style has a lone inverse
tenth power, but the two-body part of `vashishta`, H/r^eta and terms that are zero here, is shifted in the same way, without a table.
"""

import itertools
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np

LMP = shutil.which("lmp")
THERMO = "variable u equal pe\nvariable p equal press\nthermo_modify norm no\n"

KOB_ANDERSEN_3D = "pair_style lj/smooth/linear 2.5\npair_coeff 1 1 1.0 1.0\npair_coeff 1 2 1.5 0.8\npair_coeff 2 2 0.5 0.88\n"
KOB_ANDERSEN_2D = "pair_style lj/smooth/linear 2.5\npair_coeff 1 1 1.0 1.0 2.5\npair_coeff 1 2 1.5 0.8 2.0\npair_coeff 2 2 0.5 0.88 2.2\n"
BINARY_IPL = "pair_style vashishta\npair_coeff * * ipl.vashishta A B\n"
IPL_CRYSTAL = "pair_style vashishta\npair_coeff * * ipl.vashishta A\n"
SIGMA = {("A", "A"): 1.0, ("A", "B"): 1.18, ("B", "A"): 1.18, ("B", "B"): 1.4}


def _inverse_tenth_power() -> str:
    """(sigma/r)^10 up to 1.48 sigma for every triple of elements; the pair (i, j) reads the line of i j j, and no triple interacts."""
    lines = []
    for i, j, k in itertools.product("AB", repeat=3):
        sigma = SIGMA[i, j]
        lines.append(f"{i} {j} {k} {sigma**10:.17g} 10 0 0 1.0 0 1.0 0 {1.48 * sigma:.17g} 0 0 0 0 0\n")
    return "".join(lines)


def _data(sample, types: int, velocities=None) -> str:
    """A data file: box, the mass of each type, positions and, where given, velocities. A planar sample lies at z = 0 in a box of unit height."""
    n, d, box = sample.particles, sample.dimension, np.eye(3)
    box[:d, :d] = sample.box
    low = [0.0, 0.0, 0.0 if d == 3 else -0.5]
    lines = ["a sample", "", f"{n} atoms", f"{types} atom types", ""]
    lines += [f"{low[k]:.17g} {low[k] + box[k, k]:.17g} {axis}lo {axis}hi" for k, axis in enumerate("xyz")]
    if np.any(np.triu(box, 1)):
        lines.append(f"{box[0, 1]:.17g} {box[0, 2]:.17g} {box[1, 2]:.17g} xy xz yz")
    masses = np.ones(types)
    if sample.masses is not None:
        masses[sample.types] = sample.masses
        assert np.array_equal(masses[sample.types], sample.masses), "LAMMPS has one mass for each type"
    lines += ["", "Masses", "", *(f"{one} {mass:.17g}" for one, mass in enumerate(masses, 1)), "", "Atoms", ""]
    for number, (kind, place) in enumerate(zip(sample.types, _spatial(sample.positions), strict=True), 1):
        lines.append(f"{number} {kind + 1} {place[0]:.17g} {place[1]:.17g} {place[2]:.17g}")
    if velocities is not None:
        lines += ["", "Velocities", ""]
        lines += [f"{number} {v[0]:.17g} {v[1]:.17g} {v[2]:.17g}" for number, v in enumerate(_spatial(velocities), 1)]
    return "\n".join(lines) + "\n"


def as_spheres(sample):
    """A data file of LAMMPS's atom style `sphere`, which has diameters: those of the types."""
    head, _, _ = _data(sample, 2).partition("Masses")
    rows = zip(sample.types, sample.diameters, _spatial(sample.positions), strict=True)
    lines = [f"{n} {kind + 1} {size:.17g} 1.0 {x:.17g} {y:.17g} {z:.17g}" for n, (kind, size, (x, y, z)) in enumerate(rows, 1)]
    return head + "Atoms\n\n" + "\n".join(lines) + "\n"


def _spatial(vectors: np.ndarray) -> np.ndarray:
    return np.pad(np.asarray(vectors, dtype=float), ((0, 0), (0, 3 - vectors.shape[1])))


def run(folder: Path, sample, interactions: str, commands: str, velocities=None, types: int = 2, data: str = "", style: str = "atomic") -> None:
    """Run `commands` on a sample in a folder, or on a data file of an atom style; RuntimeError with the end of what LAMMPS said where it fails."""
    (folder / "sample.data").write_text(data or _data(sample, types, velocities))
    (folder / "ipl.vashishta").write_text(_inverse_tenth_power())
    head = f"units lj\ndimension {sample.dimension}\nboundary p p p\natom_style {style}\natom_modify map array\nnewton on\nread_data sample.data\n"
    (folder / "in.sample").write_text(head + interactions + THERMO + commands)
    said = subprocess.run([LMP, "-in", "in.sample", "-log", "none"], cwd=folder, capture_output=True, text=True, check=False)
    if said.returncode:
        raise RuntimeError(f"lmp ended with {said.returncode}: {(said.stdout + said.stderr)[-600:]}")


def static(folder: Path, sample, interactions: str, types: int = 2) -> tuple[float, float, np.ndarray]:
    """Potential energy, virial pressure and forces (N, d) of a sample, as LAMMPS has them."""
    run(
        folder, sample, interactions,
        'dump 1 all custom 1 forces.dump id fx fy fz\ndump_modify 1 sort id format float "%.17g"\nrun 0\n'
        'print "$(v_u:%.17g) $(v_p:%.17g)" file thermo.txt\n',
        types=types,
    )  # fmt: skip
    energy, pressure = np.loadtxt(folder / "thermo.txt")
    forces = np.loadtxt(folder / "forces.dump", skiprows=9)
    assert np.array_equal(forces[:, 0], np.arange(1, sample.particles + 1))
    return float(energy), float(pressure), forces[:, 1 : 1 + sample.dimension]


@cache
def knows_dynamical_matrix() -> bool:
    """Whether this LAMMPS was built with its package PHONON, which has the command `dynamical_matrix`."""
    said = subprocess.run([LMP, "-h"], capture_output=True, text=True, check=False).stdout
    return " PHONON " in said.replace("\n", " ")


def dynamical_matrix(folder: Path, sample, interactions: str, displacement: float, **options) -> np.ndarray:
    """m^-1/2 H m^-1/2 (N d, N d) as LAMMPS has it, from differences of its forces over displacements to either side.

    By its command, where it has that; else it evaluates (`rerun`) every state in which one coordinate is moved, which gives the same differences.
    options: types, data, style, as for `run`; masses are those of the sample.
    """
    n, d = sample.positions.shape
    if knows_dynamical_matrix():
        run(folder, sample, interactions, f"run 0\ndynamical_matrix all regular {displacement!r} file matrix.txt binary no\n", **options)
        numbers = np.array((folder / "matrix.txt").read_text().split(), dtype=float).reshape(n, 3, n, 3)
        return numbers[:, :d, :, :d].reshape(n * d, n * d)
    exact = 'modify sort id format float "%.17g"'
    run(folder, sample, interactions, f"run 0\nwrite_dump all custom start.dump id x y z {exact}\n", **options)
    (folder / "moves.dump").write_text(_moves((folder / "start.dump").read_text(), d, displacement))
    evaluate = 'dump 1 all custom 1 moved.dump id fx fy fz\ndump_modify 1 sort id format float "%.17g"\n'
    evaluate += f"rerun moves.dump dump {' '.join('xyz'[:d])} box no\n"
    run(folder, sample, interactions, evaluate, **options)
    lines = (folder / "moved.dump").read_text().splitlines()
    frames = [lines[first + 9 : first + 9 + n] for first in range(0, len(lines), n + 9)]
    numbers = np.array([line.split()[1 : 1 + d] for frame in frames for line in frame], dtype=float).reshape(n * d, 2, n * d)
    hessian = (numbers[:, 1] - numbers[:, 0]) / (2 * displacement)
    roots = np.sqrt(np.repeat(np.ones(n) if sample.masses is None else sample.masses, d))
    return hessian / np.multiply.outer(roots, roots)


def rounding(sample, displacement: float) -> float:
    """What rounding makes of such differences, relative to the largest entry: in a tilted box LAMMPS brings coordinates to lattice ones and back, so
    that both particles of a pair, on either side of the difference, lie off by the rounding of the box's length."""
    return 4 * np.finfo(float).eps * np.linalg.norm(sample.box, axis=0).max() / displacement


def _moves(start: str, dimension: int, displacement: float) -> str:
    """Frames of a dump in which one coordinate after the other is moved, up and then down."""
    head, rows = start.splitlines()[:9], start.splitlines()[9:]
    frames = []
    for place, row in enumerate(rows):
        number, *x = row.split()
        for axis in range(dimension):
            for move in (displacement, -displacement):
                moved = [repr(float(value) + move) if one == axis else value for one, value in enumerate(x)]
                head[1] = str(len(frames))
                frames.append("\n".join([*head, *rows[:place], " ".join([number, *moved]), *rows[place + 1 :]]))
    return "\n".join(frames) + "\n"


def trajectory(folder: Path, sample, interactions: str, fix: str, velocities, time_step: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions and velocities (N, d) after some steps of a fix, `nve` or `nvt temp ...`, from velocities (N, d)."""
    run(
        folder, sample, interactions,
        f"fix 1 all {fix}\ntimestep {time_step!r}\nneigh_modify every 1 delay 0 check yes\nrun {steps}\n"
        'write_dump all custom end.dump id xu yu zu vx vy vz modify sort id format float "%.17g"\n',
        velocities=velocities,
    )  # fmt: skip
    end, d = np.loadtxt(folder / "end.dump", skiprows=9), sample.dimension
    return end[:, 1 : 1 + d], end[:, 4 : 4 + d]


def bath(folder: Path, sample, interactions: str, thermostat: str, time_step: float, steps: int, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """A run in a bath, after a tenth as many steps of equilibration: what it was like, every tenth step, and pair correlations in blocks.

    `thermostat` is the fix, `nvt temp ...`. The series (looks, 4) has kinetic temperature, potential energy, pressure and volume; the correlations
    (blocks, pairs of types, bins) are those of A-A, A-B and B-B up to the range 2.5 in 32 blocks of `steps`, which is a multiple of 3200.
    """
    blocks = 32
    run(
        folder, sample, interactions,
        "neighbor 0.4 bin\nneigh_modify every 1 delay 0 check yes\nvelocity all create 1.0 12345 mom yes dist gaussian\n"
        f"fix 1 all {thermostat}\ntimestep {time_step!r}\nrun {steps // 10}\nreset_timestep 0\n"
        f"compute g all rdf {bins} 1 1 1 2 2 2\nvariable v equal vol\n"
        'fix 2 all ave/time 10 1 10 c_thermo_temp c_thermo_pe c_thermo_press v_v file series.txt format " %.17g"\n'
        f"fix 3 all ave/time 100 {steps // blocks // 100} {steps // blocks} c_g[2] c_g[4] c_g[6] file rdf.txt mode vector\nrun {steps}\n",
    )  # fmt: skip
    series = np.loadtxt(folder / "series.txt")[1:, 1:]
    rows = [line.split() for line in (folder / "rdf.txt").read_text().splitlines() if not line.startswith("#")]
    correlations = np.array([row[1:] for row in rows if len(row) == 4], dtype=float).reshape(blocks, bins, 3)
    return series, correlations.transpose(0, 2, 1)
