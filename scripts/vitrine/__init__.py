"""Vitrine: prepare computer glasses and measure their soft spots."""

__version__ = "0.1.0"
