"""Measure one batch of samples. In: the files that the observable takes. Out: its tables (Parquet) and fields (GSD)."""

from vitrine.observables.jobs import measure

if __name__ == "__main__":
    measure(snakemake)
