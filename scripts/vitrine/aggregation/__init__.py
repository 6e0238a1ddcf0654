"""From the tables of batches to estimates, curves, fits and the summary: one module per observable, then `study` over all parent temperatures."""
