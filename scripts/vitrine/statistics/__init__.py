"""Distributions, power laws, Weibull statistics, fits over temperatures and the bootstrap: numpy arrays in, numpy arrays out."""
