"""Draw one figure. In: the tables of the study that it names. Out: SVG and PDF."""

from vitrine.figures.jobs import plot

if __name__ == "__main__":
    plot(snakemake)
