"""Bonds, forces and Hessian of a sample."""

from vitrine.interactions.bonds import Interactions, minimum_images

__all__ = ["Interactions", "minimum_images"]
