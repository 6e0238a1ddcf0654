"""What a study takes is told before anything of it is there."""

import re


def test_cost_of_the_tiny_study_is_printed_and_nothing_is_made(workflow, tmp_path):
    tiny = workflow(tmp_path)
    for _ in range(2):  # again, whatever was told before
        text = tiny.succeed("estimate_cost")
        assert re.search(r"^total: [0-9.]+ core-hours; 67 jobs; ", text, re.MULTILINE)  # all of the study but the rule `all`
        for rule in ("equilibrate_liquids", "quench_samples", "find_modes", "measure_elasticity", "pinch_bonds", "diagonalise_bond_operator"):
            (line,) = re.findall(rf"^ *{rule} .*$", text, re.MULTILINE)
            assert re.search(r"\b160 +6 .* MB ", line)  # N, batches
        assert "wall time" in text
    assert [path.name for path in tiny.results.iterdir()] == ["logs"]


def test_planning_a_study_leaves_its_cost_out(workflow, tmp_path):
    assert "estimate_cost" not in workflow(tmp_path).plan()
