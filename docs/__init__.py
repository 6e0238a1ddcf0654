"""The documentation: pages in Markdown, the blocks in them that a command writes, and the reference that Sphinx builds (`make docs`).

Its modules use the library and the benchmarks of this checkout.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
