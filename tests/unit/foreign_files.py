"""Files as other programs would write them, plainly: LAMMPS dumps and data files, extended XYZ, H5MD and GSD of one sample or several."""

import gzip
import itertools

import gsd.hoomd
import h5py
import numpy as np


def in_space(sample, low=None):
    """Positions (N, 3), cell (3, 3) with columns the edge vectors and lower corner (3,) of a sample; a planar one lies at z = 0 in -0.5 to 0.5."""
    d = sample.dimension
    cell, corner = np.eye(3), np.array([0.0, 0.0, -0.5 if d == 2 else 0.0])
    cell[:d, :d] = sample.box
    if low is not None:
        corner[:d] = low
    positions = np.zeros((sample.particles, 3))
    positions[:, :d] = sample.positions + corner[:d]
    return positions, cell, corner


def put(path, text):
    """Write a text, packed where the name says so."""
    content = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def dump_text(
    sample, columns="id type x y z", *, low=None, images=None, ids=None, order=None, form=".17g", step=0, types=None, flags="pp pp pp", extra=""
):
    """One frame of a dump. Bounds are the smallest and largest coordinates of the corners of the box, with the tilts of a tilted one behind."""
    positions, cell, corner = in_space(sample, low)
    n = sample.particles
    images = np.zeros((n, 3)) if images is None else np.pad(images, ((0, 0), (0, 3 - images.shape[1])))
    scaled = (positions - corner) @ np.linalg.inv(cell).T
    table = {"id": np.arange(1, n + 1) if ids is None else ids, "type": sample.types + 1 if types is None else types}
    table |= {"element": np.array(["A", "B"])[sample.types], "diameter": sample.sizes, "radius": sample.sizes / 2}
    table["mass"] = np.ones(n) if sample.masses is None else sample.masses
    for axis, name in enumerate("xyz"):
        table |= {name: positions[:, axis], f"{name}u": (positions + images @ cell.T)[:, axis], f"i{name}": images[:, axis].astype(int)}
        table |= {f"{name}s": scaled[:, axis], f"{name}su": (scaled + images)[:, axis]}
    corners = corner + np.array(list(itertools.product((0, 1), repeat=3))) @ cell.T
    tilts = (cell[0, 1], cell[0, 2], cell[1, 2])
    tilted = any(tilts)
    lines = [f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{n}\nITEM: BOX BOUNDS {'xy xz yz ' if tilted else ''}{flags}\n"]
    for axis in range(3):
        lines.append(f"{corners[:, axis].min():.17g} {corners[:, axis].max():.17g}{f' {tilts[axis]:.17g}' if tilted else ''}\n")
    lines.append(f"ITEM: ATOMS {columns} \n")
    named = [table[name] for name in columns.split()]
    for i in range(n) if order is None else order:
        lines.append(" ".join(format(column[i], form if column.dtype.kind == "f" else "") for column in named) + " \n")
    return "".join(lines)


def data_text(
    sample, style="atomic", *, low=None, images=None, order=None, hint=True, labels=(), masses=(1.0, 1.0), density=1.0, form=".17g", moving=True
):
    """A data file, whose bounds are the edges of the box."""
    positions, cell, corner = in_space(sample, low)
    n, kinds = sample.particles, int(sample.types.max()) + 1
    lines = [f"a glass\n\n{n} atoms\n{kinds} atom types\n\n"]
    lines += [f"{corner[axis]:.17g} {corner[axis] + cell[axis, axis]:.17g} {name}lo {name}hi\n" for axis, name in enumerate("xyz")]
    if np.any(np.triu(cell, 1)):
        lines.append(f"{cell[0, 1]:.17g} {cell[0, 2]:.17g} {cell[1, 2]:.17g} xy xz yz\n")
    if labels:
        lines.append("\nAtom Type Labels\n\n" + "".join(f"{place + 1} {label}\n" for place, label in enumerate(labels)))
    if masses and style != "sphere":
        lines.append("\nMasses\n\n" + "".join(f"{place + 1} {masses[place]} # a comment\n" for place in range(kinds)))
    lines.append(f"\nAtoms{f' # {style}' if hint else ''}\n\n")
    for i in range(n) if order is None else order:
        kind = labels[sample.types[i]] if labels else sample.types[i] + 1
        between = {"atomic": f"{kind}", "charge": f"{kind} 0.25", "sphere": f"{kind} {sample.sizes[i]:.17g} {density}", "full": f"1 {kind} 0.25"}[
            style
        ]
        flags = "" if images is None else " " + " ".join(str(int(image)) for image in images[i])
        lines.append(f"{i + 1} {between} " + " ".join(f"{value:.17g}" for value in positions[i]) + flags + "\n")
    if moving:
        lines.append("\nVelocities\n\n" + "".join(f"{i + 1} 0.1 0.2 0.3\n" for i in range(n)))
    return "".join(lines)


def xyz_text(sample, *, low=None, names=("A", "B"), form=".17g", cell=None, pbc="T T T", sizes="radius", positions=None):
    """One frame of extended XYZ."""
    given, space, corner = in_space(sample, low)
    positions, space = given if positions is None else positions, space if cell is None else cell
    lattice, start = (" ".join(f"{value:.17g}" for value in values) for values in (space.T.ravel(), corner))
    lines = [f"{sample.particles}\n", f'Lattice="{lattice}" Origin="{start}" Properties=species:S:1:pos:R:3:{sizes}:R:1 pbc="{pbc}" name="a glass"\n']
    values = sample.sizes / 2 if sizes == "radius" else sample.sizes
    for i in range(sample.particles):
        lines.append(" ".join([names[sample.types[i]], *(format(value, form) for value in positions[i]), f"{values[i]:.17g}"]) + "\n")
    return "".join(lines)


def write_h5md(path, samples, *, kind=float, names=None, boundary=("periodic",) * 3, fixed_box=False, mass=None, ids=None):
    """The samples as frames of particles/all."""
    samples = list(samples)
    d = samples[0].dimension
    with h5py.File(path, "w") as file:
        file.create_group("h5md").attrs["version"] = [1, 1]
        group = file.create_group("particles/all")
        position = group.create_group("position")
        position["value"] = np.array([sample.positions for sample in samples], dtype=kind)
        position["step"], position["time"] = 100 * np.arange(len(samples)), 0.5 * np.arange(len(samples))
        box = group.create_group("box")
        box.attrs["dimension"], box.attrs["boundary"] = d, np.array(boundary[:d], dtype="S8")
        if fixed_box:
            box["edges"] = np.diag(samples[0].box)
        else:
            edges = box.create_group("edges")
            edges["value"], edges["step"] = np.array([sample.box.T for sample in samples]), position["step"]
        if names:
            group.create_dataset(
                "species", data=samples[0].types, dtype=h5py.enum_dtype(dict(zip(names, range(len(names)), strict=True)), basetype="i")
            )
        else:
            group["species"] = samples[0].types + 1
        group["diameter"] = samples[0].sizes
        if mass is not None:
            group["mass"] = mass
        if ids is not None:
            group["id"] = ids
    return path


def gsd_frame(sample, *, types=("A", "B"), mass=None, height=0.0):
    """A frame of HOOMD-blue, centred on the origin; `height` is Lz of a planar one."""
    frame, d = gsd.hoomd.Frame(), sample.dimension
    edges = np.diag(sample.box)
    tilts = [sample.box[a, b] / edges[b] if b < d else 0.0 for a, b in ((0, 1), (0, 2), (1, 2))]
    frame.configuration.box, frame.configuration.dimensions = [*edges, *[height] * (3 - d), *tilts], d
    frame.particles.N = sample.particles
    frame.particles.position = np.zeros((sample.particles, 3))
    frame.particles.position[:, :d] = sample.positions - sample.box.sum(axis=1) / 2
    frame.particles.types, frame.particles.typeid, frame.particles.diameter = list(types), sample.types, sample.sizes
    if mass is not None:
        frame.particles.mass = mass
    return frame


def write_gsd(path, frames, precision="double"):
    """Frames in a GSD file."""
    with gsd.hoomd.open(path, "w", precision=precision) as trajectory:
        trajectory.extend(frames)
    return path
