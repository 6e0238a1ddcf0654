"""Numbers, times, lists and tables for readers."""

from __future__ import annotations

from collections.abc import Sequence


def rounded(value: float) -> str:
    """Two digits, without an exponent."""
    return f"{float(f'{value:.2g}'):,g}"


def duration(seconds: float) -> str:
    """A time: 40 s, 12 min, 3.5 h, 21 days."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{rounded(seconds / length)} {unit}"
    return f"{rounded(seconds)} s"


def some_of(names: Sequence[str], what: str, most: int = 3) -> str:
    """The first few names: `a, b, c and 4 more files`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more {what}" if len(names) > most else "")


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width, the numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)
