"""Vitrine: prepare computer glasses and measure their soft spots.

import vitrine; glass = vitrine.read("glass.gsd", model="kob_andersen").relaxed(); modes = vitrine.find_modes(glass, vectors=50)
"""

__version__ = "0.1.0"

_DOOR = ("GLASS_FORMERS", "Sample", "glass_former", "mode_vectors", "observables_table", "pinch_response", "read", "read_all", "write")


def __getattr__(name: str) -> object:
    """The names of the Python door (vitrine.api), loaded when they are used: importing Vitrine loads and sets nothing."""
    if name in _DOOR:
        from vitrine import api

        return getattr(api, name)
    if not name.startswith("_"):
        from vitrine.observables import declarations

        if name in [one.rule for one in declarations().values()]:
            from vitrine import api

            return api.measuring_function(name)
    raise AttributeError(f"module 'vitrine' has no attribute {name!r}")


def __dir__() -> list[str]:
    """With the measuring functions."""
    from vitrine import api

    return sorted([*globals(), *_DOOR, *api.observables_table().index])
