"""The papers that observables cite, and the ranges of their parent temperatures, in units of T_onset = 0.9 epsilon/k_B.

References:
    000 Y.-C. Hu and H. Tanaka, Unveiling hidden particle-level defects in glasses,
        Nat. Commun. 16 (2025), doi:10.1038/s41467-025-60781-7
    001 J. A. Giannini, D. Richard, M. L. Manning and E. Lerner, Bond-space operator disentangles quasi-localized and phononic modes in structural
        glasses, arXiv:2106.16231
    002 C. Rainone, E. Bouchbinder and E. Lerner, Pinching a glass reveals key properties of its soft spots, PNAS 117, 5228 (2020),
        doi:10.1073/pnas.1919958117
    003 X. Fan, C.-Z. Wang, K.-M. Ho, M. S. Altman and L. Huang, Reversible motions and disordered structure of soft particles in amorphous solids,
        Phys. Rev. B 105, 104112 (2022)
    004 E. Lerner and E. Bouchbinder, Low-energy quasilocalized excitations in structural glasses, arXiv:2108.13859
"""

KEY_CORE = "Hu and Tanaka 2025, doi:10.1038/s41467-025-60781-7"
PINCHING = "Rainone et al. 2020, doi:10.1073/pnas.1919958117"
BOND = "Giannini et al. 2021, arXiv:2106.16231"
SOFTNESS = "Fan et al. 2022, doi:10.1103/PhysRevB.105.104112"
PERSPECTIVE = "Lerner and Bouchbinder 2021, arXiv:2108.13859"

PINCHING_RANGE = (1 / 3, 13 / 9)  # 002, Figs. 2, 4 and 5
LENGTH_RANGE = (7 / 18, 13 / 9)  # 002, Fig. 6
BOND_RANGE = (0.32 / 0.9, 1.00 / 0.9)  # 001, section IV B 2
SOFTNESS_TEMPERATURE = 0.26  # T in epsilon/k_B, 0.8 T_g, of the maps and hops: 003, Figs. 2 to 5
