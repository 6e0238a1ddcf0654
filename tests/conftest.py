"""What every test needs: the library on the path, figures without a screen, one BLAS thread."""

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

os.environ["MPLBACKEND"] = "Agg"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[threads] = "1"
if str(REPOSITORY / "scripts") not in sys.path:
    sys.path.insert(0, str(REPOSITORY / "scripts"))
