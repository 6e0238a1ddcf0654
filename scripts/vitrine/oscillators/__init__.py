"""Models without particles: anharmonic oscillators that interact, each with every other (004 secs. II A, II B, IV E).

`couplings` draws the interactions by the seed and multiplies with them, `minimum` finds minima and their modes, `replica_symmetric` solves the
mean-field model without replica-symmetry breaking, `replica_spectrum` gives its exact density of modes, `soft_potentials` draws single oscillators,
`columns` are what their tables share.
Anharmonicity A = 1, mass 1: energies, stiffnesses and frequencies are pure numbers.
"""
