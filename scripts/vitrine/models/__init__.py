"""Glass formers: pair potentials, size rules and their registry."""

from vitrine.models.registry import GLASS_FORMERS, GlassFormer, glass_former

__all__ = ["GLASS_FORMERS", "GlassFormer", "glass_former"]
