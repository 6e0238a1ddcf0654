"""Glass formers: pair potentials, size rules and their registry."""

from vitrine.models.glass_former import GlassFormer
from vitrine.models.registry import GLASS_FORMERS, glass_former, published_parameters

__all__ = ["GLASS_FORMERS", "GlassFormer", "glass_former", "published_parameters"]
