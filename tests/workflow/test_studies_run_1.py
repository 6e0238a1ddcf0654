"""Every second of the published studies run to their end where they are cut short: nothing is shipped that nobody ran."""

import pytest
from cut_studies import WHOLE, by_name, run_to_its_end, with_examples


@pytest.mark.slow
@pytest.mark.parametrize("path", WHOLE[0::2], ids=by_name)
def test_study_runs_to_its_end(workflow, overlay, tmp_path, path):
    with_examples(tmp_path)
    run_to_its_end(workflow, overlay, tmp_path, path)
