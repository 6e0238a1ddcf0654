"""Export a batch of samples. In: the samples, and of glasses the fields and tables that go with them. Out: extended XYZ or GSD."""

from vitrine.export.job import export

if __name__ == "__main__":
    export(snakemake)
