"""Order of soft and hard particles by cluster alignment: planted order is found, cliques against all subsets, averages, and the figure."""

import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, note, one, uprights, words
from naive import poly
from scipy.spatial.transform import Rotation
from synthetic_tables import Study, settings_of
from vitrine.aggregation.ensemble import Ensemble, Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.errors import InputError, SampleError
from vitrine.geometry.alignment import score
from vitrine.geometry.shells import bicapped_square_antiprism, nearest_neighbours, voronoi_indices
from vitrine.models import glass_former, published_parameters
from vitrine.observables import declarations
from vitrine.observables.cluster_alignment import CLUSTER_ALIGNMENT, CLUSTER_MATRIX, CLUSTER_PAIRS, CLUSTER_SCORE_DENSITY, CLUSTER_SCORES
from vitrine.observables.cluster_alignment.aggregate import EDGES, aggregate_cluster_alignment
from vitrine.observables.cluster_alignment.cluster_alignment import below, plot_cluster_alignment
from vitrine.observables.cluster_alignment.derive import fit_cluster_alignment
from vitrine.observables.cluster_alignment.measure import align_clusters, clique_of, medoid
from vitrine.parquet import Key, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Point
from vitrine.samples import Sample
from vitrine.schema import names_of

KOB_ANDERSEN = glass_former("kob_andersen", published_parameters("kob_andersen"))
ORDERED, ALL = 9, 16
QUICK = {"second_shell": None, "neighbours": 10}


def planted(seed=1, noise=0.03):
    """Sixteen B particles far apart, nine of them in antiprisms of A that are turned and disturbed, the others among A at random places.

    Numbers: small for the ordered ones."""
    rng = np.random.default_rng(seed)
    centres = np.array(list(itertools.product(range(4), range(2), range(2))), dtype=float)[rng.permutation(ALL)] * [4.0, 4.0, 4.0] + 1.0
    positions, types = [], []
    for place, centre in enumerate(centres):
        if place < ORDERED:
            around = Rotation.random(random_state=rng).apply(bicapped_square_antiprism() + noise * rng.standard_normal((10, 3)))
        else:
            around = rng.standard_normal((10, 3))
            around *= rng.uniform(0.7, 1.4, (10, 1)) / np.linalg.norm(around, axis=1)[:, None]
        positions += [centre, *(centre + around)]
        types += [1] + [0] * 10
    box, types = np.diag([16.0, 8.0, 8.0]), np.array(types)
    numbers = rng.random(len(types))
    numbers[np.flatnonzero(types == 1)[:ORDERED]] *= 0.01
    return Sample(np.array(positions), np.ones(len(types)), types, box, KOB_ANDERSEN), numbers


@pytest.fixture(scope="module")
def found():
    sample, numbers = planted()
    given = align_clusters(sample, against="s.s", s={"s": numbers}, share=0.4, **QUICK)
    return sample, numbers, given


def test_planted_order_is_found(found):
    sample, numbers, given = found
    rows = pd.DataFrame(given["cluster_alignment"]).set_index("group")
    assert list(given["cluster_alignment"]) == names_of(CLUSTER_ALIGNMENT.own) and list(rows.index) == ["soft", "hard"]
    assert set(rows["atoms"]) == {6} and set(rows["dominant"]) == {"0 2 8 0 0"}
    hard, soft = rows.loc["hard"], rows.loc["soft"]
    assert (hard["antiprism"], hard["polyhedron"], hard["clique"], hard["voronoi"], hard["alike"]) == (1, 1, 1, 1, 1)
    assert (hard["largest_clique"], hard["cliques"]) == (6, 1) and hard["mean_score"] < 0.08
    assert (soft["antiprism"], soft["polyhedron"], soft["alike"], soft["largest_clique"], soft["cliques"]) == (0, 0, 0, 0, 0)
    assert np.isnan(rows["medium"]).all()
    members = np.flatnonzero(sample.types == 1)
    field = given["cluster_field"]
    assert set(np.flatnonzero(field["group"] == 1)) == set(members[np.argsort(-numbers[members])[:6]])
    assert set(np.flatnonzero(field["group"] == 2)) == set(members[np.argsort(numbers[members])[:6]])
    assert np.isnan(field["sro"][field["group"] == 0]).all()


def test_a_template_has_no_score_against_itself(found):
    """Its own particle would count as ordered in any glass."""
    particles = pd.DataFrame(found[2]["cluster_scores"])
    for template in ("polyhedron", "clique"):
        own = particles[~np.isfinite(particles[template])]
        assert len(own) <= 1 and (particles[template].dropna() > 1e-6).all()
    assert len(particles[~np.isfinite(particles["clique"])]) == 1 and np.isfinite(particles["antiprism"]).all()


def test_scores_are_those_of_the_clusters(found):
    """Particle by particle, pair by pair."""
    sample, numbers, given = found
    particles, pairs = pd.DataFrame(given["cluster_scores"]), pd.DataFrame(given["cluster_pairs"])
    assert list(particles.columns) == names_of(CLUSTER_SCORES.own) and list(pairs.columns) == names_of(CLUSTER_PAIRS.own)
    np.testing.assert_array_equal(particles["number"], numbers[particles["particle"]])
    indices = voronoi_indices(sample, particles["particle"].to_numpy())
    assert particles["voronoi_index"].tolist() == [" ".join(map(str, index)) for index in indices]
    for _, row in particles.iterrows():
        _, (around,) = nearest_neighbours(sample, np.array([row["particle"]]), 10)
        assert row["antiprism"] == pytest.approx(score(around, bicapped_square_antiprism()), abs=1e-12)
    members = particles.loc[particles["group"] == "hard", "particle"].to_numpy()
    _, around = nearest_neighbours(sample, members, 10)
    order = np.argsort(particles.loc[particles["group"] == "hard", "clique_of"].to_numpy(), kind="stable")
    for _, row in pairs[pairs["group"] == "hard"].iterrows():
        a, t = order[int(row["cluster_place"])], order[int(row["template_place"])]
        assert row["score"] == pytest.approx(score(around[a], around[t]), abs=1e-12)


def test_the_second_shell_and_all_particles():
    sample, _ = planted()
    given = align_clusters(sample, second_shell=11, medium_cutoff=10.0, most=5)
    rows = pd.DataFrame(given["cluster_alignment"])
    assert rows["group"].tolist() == ["all"] and rows["atoms"].tolist() == [5] and rows["medium"].tolist() == [1.0]
    assert np.isnan(given["cluster_scores"]["medium"]).sum() <= 1 and np.isnan(given["cluster_scores"]["number"]).all()
    members = np.flatnonzero(sample.types == 1)
    assert given["cluster_scores"]["particle"].tolist() == members[[0, 4, 8, 11, 15]].tolist()


def test_hard_particles_by_numbers_of_their_own():
    sample, numbers = planted()
    other = np.random.default_rng(3).random(len(numbers))
    given = align_clusters(sample, against="s.s", hard="p.p", s={"s": numbers}, p={"p": other}, share=0.2, **QUICK)
    particles, members = pd.DataFrame(given["cluster_scores"]), np.flatnonzero(sample.types == 1)
    hard = particles[particles["group"] == "hard"]
    assert set(hard["particle"]) == set(members[np.argsort(-other[members])[:3]])
    np.testing.assert_array_equal(hard["number"], other[hard["particle"]])


def test_what_cannot_be_aligned_is_one_sentence(glass, planar_glass):
    sample, numbers = planted()
    for bad, said in ((planar_glass, "three dimensions alone"), (glass, "0 particles of species 1")):
        with pytest.raises(SampleError, match=said):
            align_clusters(bad)
    with pytest.raises(InputError, match=r"softness.s needs softness"):
        align_clusters(sample, against="softness.s")
    assert poly().species != 2


def largest_by_all_subsets(alike):
    n = len(alike)
    for size in range(n, 1, -1):
        for subset in itertools.combinations(range(n), size):
            if all(alike[a, b] for a, b in itertools.combinations(subset, 2)):
                return size
    return 0


def test_cliques_against_all_subsets():
    rng = np.random.default_rng(11)
    for _ in range(12):
        matrix = rng.random((9, 9)) * 0.2
        np.fill_diagonal(matrix, 0)
        left, cliques = np.arange(9), clique_of(matrix, 0.1)
        alike = np.maximum(matrix, matrix.T) <= 0.1
        for number in range(cliques.max() + 1):
            members = np.flatnonzero(cliques == number)
            assert all(alike[a, b] for a, b in itertools.combinations(members, 2))
            assert len(members) == largest_by_all_subsets(alike[np.ix_(left, left)])
            left = np.setdiff1d(left, members)
        assert largest_by_all_subsets(alike[np.ix_(left, left)]) == 0 and set(left) == set(np.flatnonzero(cliques == -1))


def test_the_medoid_is_the_best_template():
    assert medoid(np.array([[0.0, 0.1, 0.5], [0.3, 0.0, 0.5], [0.3, 0.1, 0.0]])) == 1


def test_defaults_are_the_declared_ones():
    settings = declarations()["cluster_alignment"].defaults
    assert (settings["cutoff"], settings["neighbours"], settings["share"]) == (0.10, 10, 0.05)


# --- of an ensemble -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def averaged(tmp_path_factory):
    """Two planted samples and a flagged one, in two files."""
    folder, point = tmp_path_factory.mktemp("alignment"), Point.plain(176, 0.3)
    ensemble = Ensemble(point, dimension=3, seed=1, replicates=9)
    given = {}
    for index in (1, 2):
        sample, numbers = planted(index)
        given[index] = align_clusters(sample, against="s.s", s={"s": numbers}, share=0.3, **QUICK)
    files = {}
    for table in (CLUSTER_ALIGNMENT, CLUSTER_SCORES, CLUSTER_PAIRS):
        for number, indices in enumerate(((2,), (0, 1))):
            rows = []
            for index in indices:
                columns = given[index][table.name] if index else {}
                length = len(next(iter(columns.values()))) if index else 0
                rows += [table.row(sample=index, **{name: values[row] for name, values in columns.items()}) for row in range(length)]
                rows += [] if index else [table.row(sample=0, flag="not a minimum")]
            path = folder / str(number) / f"{table.name}.parquet"
            write_table(table, rows, path, {}, Key.of(point))
            files.setdefault(table.name, []).append(path)
    return given, ensemble, aggregate_cluster_alignment(**files, ensemble=ensemble)


def test_estimates_are_means_over_samples(averaged):
    given, ensemble, (estimates, _, _, flags) = averaged
    weights = ensemble.weights(np.array([1, 2]))
    names = set(estimates["quantity"])
    assert names == {f"{name}_{group}" for name in ("antiprism", "polyhedron", "largest_clique", "alike") for group in ("soft", "hard")}
    for place, group in enumerate(("soft", "hard")):
        for name in ("antiprism", "polyhedron", "largest_clique", "alike"):
            values = [given[index]["cluster_alignment"][name][place] for index in (1, 2)]
            expected = [np.average(values, weights=one) if one.sum() else np.nan for one in weights]
            found = estimates[estimates["quantity"] == f"{name}_{group}"]
            np.testing.assert_allclose(found["value"], expected, rtol=1e-12)
    assert set(estimates["samples"]) == {2} and set(estimates["flagged"]) == {1} and flags["flag"].tolist() == ["not a minimum"]


def test_distributions_are_histograms_of_scores(averaged):
    given, _, (_, density, matrix, _) = averaged
    assert list(density.columns) == CLUSTER_SCORE_DENSITY.names
    assert Counter(density.drop_duplicates(["group", "template"])["template"]) == dict.fromkeys(("antiprism", "polyhedron", "clique", "pair"), 2)
    for (group, template), rows in density.groupby(["group", "template"]):
        values = []
        for index in (1, 2):
            table = pd.DataFrame(given[index]["cluster_pairs" if template == "pair" else "cluster_scores"])
            table = table[table["group"] == group]
            if template == "pair":
                table = table[table["cluster_place"] != table["template_place"]]
            values.extend(table["score" if template == "pair" else template])
        edges = np.append(rows["score_low"], rows["score_high"].iloc[-1])
        np.testing.assert_array_equal(rows["count"], np.histogram(values, EDGES)[0][np.searchsorted(EDGES, edges[:-1])])
        assert rows["count"].sum() == np.isfinite(values).sum()
        assert np.sum(rows["density"] * np.diff(edges)) == pytest.approx(1, rel=1e-9)
    assert list(matrix.columns) == CLUSTER_MATRIX.names and set(matrix["sample"]) == {1}
    np.testing.assert_array_equal(matrix["score"], given[1]["cluster_pairs"]["score"])


def test_shares_stand_beside_the_published_ones_at_the_nearest_temperature():
    settings = StudySettings(axes=(PARTICLES, PARENT_TEMPERATURE), main=(500, 0.5), against="parent_temperature", dimension=3, density=1.2,
                             temperature_unit=0.32, observables=("cluster_alignment",))  # fmt: skip
    estimates = {T: Estimate(np.array([T, T]), "1", 3, 0, "") for T in (0.5, 0.3, 0.1)}
    results = Results(settings, {(500, T): {"polyhedron_soft": one} for T, one in estimates.items()})
    rows = Rows()
    fit_cluster_alignment(rows, results)
    frame = rows.frame()
    assert frame["name"].tolist() == ["polyhedron_soft"] and frame["value"].tolist() == [0.3] and "0.3" in frame["window"][0]
    headlines = {one.fit: one for one in declarations()["cluster_alignment"].headlines}
    assert (headlines["polyhedron_soft"].value, headlines["medium_hard"].value) == (0.16, 0.25) and not headlines["medium_soft"].comparable


# --- as it is drawn -----------------------------------------------------------------------------------------------------------------------------


def drawn(averaged, groups=None, published=("kob_andersen",), **options):
    study = Study((0.3,))
    _, _, (_, density, matrix, _) = averaged
    if groups:
        density, matrix = density[density["group"].isin(groups)], matrix[matrix["group"].isin(groups)]
    medium = density[density["template"] == "polyhedron"].assign(template="medium")
    density = pd.concat([density, medium], ignore_index=True) if "second" not in options else density
    keyed = [frame.assign(particles=study.particles, parent_temperature=0.3) for frame in (matrix, density)]
    row = {"quantity": "polyhedron_soft", "value": 0.2, "error": 0.1, "unit": "1", "samples": 2, "flagged": 1, "flag": ""}
    quantities = pd.DataFrame([row]).assign(particles=study.particles, parent_temperature=0.3)
    return plot_cluster_alignment(*keyed, quantities, settings_of(study, published=published)), keyed


def test_marks_are_those_of_the_tables(averaged):
    figure, (matrix, density) = drawn(averaged)
    for ax, group in zip(figure.axes[:2], ("soft", "hard"), strict=True):
        rows = matrix[matrix["group"] == group]
        image = one(ax.images).get_array()
        for _, row in rows.iterrows():
            assert image[row["cluster_place"], row["template_place"]] == row["score"]
        assert ax.get_title(loc="left") == f"{group}, sample 1"
    for ax, template, cutoff in ((figure.axes[2], "polyhedron", 0.10), (figure.axes[3], "medium", 0.15)):
        assert uprights(ax) == [cutoff]
        for group in ("soft", "hard"):
            rows = density[(density["template"] == template) & (density["group"] == group)]
            points = one([curve for curve in bars(ax) if curve.label.startswith(group)])
            check(points, (rows["score_low"] + rows["score_high"]) / 2, rows["density"], np.nan_to_num(rows["density_error"]))
            assert f"{group}: {100 * below(rows, cutoff):.0f} %" in points.label
    assert "published 16 %" in words(figure) and "published 25 %" in words(figure) and "2 samples" in note(figure)
    assert "published" not in words(drawn(averaged, published=())[0])  # another glass former


def test_shares_below_the_cutoff():
    curve = pd.DataFrame({"score_low": [0.0, 0.1], "score_high": [0.1, 0.2], "density": [4.0, 6.0]})
    assert below(curve, 0.1) == pytest.approx(0.4) and below(curve, 0.15) == pytest.approx(0.7) and below(curve, 1.0) == pytest.approx(1.0)


def test_what_there_is_not_is_said(averaged):
    figure, _ = drawn(averaged, ["soft"], second=None)
    assert "set `against`" in words(figure) and "no template of this kind" in words(figure)
