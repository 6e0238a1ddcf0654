"""Who may read samples is the user's choice (umask) alone, as it is for every other file."""

import os

import pytest
from vitrine.samples import read_samples, write_samples


@pytest.fixture(params=[0o002, 0o022, 0o027, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_samples_have_the_permissions_of_any_new_file(umask, tmp_path, glass):
    for _ in range(2):  # the second time in place of the first
        write_samples(tmp_path / "glasses.gsd", [glass, glass])
        assert oct((tmp_path / "glasses.gsd").stat().st_mode & 0o777) == oct(0o666 & ~umask)
    assert [sample.index for sample in read_samples(tmp_path / "glasses.gsd")] == [glass.index] * 2
