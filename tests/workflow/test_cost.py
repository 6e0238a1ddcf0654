"""What a study takes is told before anything of it is there."""

import re


def test_cost_of_the_tiny_study_is_printed_and_nothing_is_made(workflow, tmp_path):
    tiny = workflow(tmp_path)
    plan = tiny.plan()
    assert "estimate_cost" not in plan
    for _ in range(2):  # again, whatever was told before
        text = tiny.succeed("estimate_cost")
        jobs = int(re.search(r"^total: [0-9.]+ core-hours; (\d+) jobs; ", text, re.MULTILINE)[1])
        assert jobs == sum(plan.values()) - plan["all"]  # all of the study but the rule `all`
        for rule, number in plan.items():
            if rule != "all" and not rule.startswith("plot_"):
                (line,) = re.findall(rf"^ *{rule} .* MB .*$", text, re.MULTILINE)
                assert re.search(rf"{rule} +(160 +)?{number} .* MB ", line)  # N, jobs
        assert re.search(rf"plot_\.\.\. +{sum(number for rule, number in plan.items() if rule.startswith('plot_'))} ", text)
        assert "wall time" in text
    assert [path.name for path in tiny.results.iterdir()] == ["logs"]
