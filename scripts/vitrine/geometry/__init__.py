"""Voronoi cells in the plane, and what follows from them: the volume matrix, longitudinal and transverse parts of a field, its divergence."""

from vitrine.geometry.voronoi import Cells

__all__ = ["Cells"]
