"""The commit that a record names is the one of Vitrine's own checkout; where there is none, the record says why."""

import os
import shutil
import subprocess

import pytest
from vitrine.record import git_state

SOMEBODY_ELSE = 65534


def git(folder, *words):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """A repository with one commit, and below it a folder of its own."""
    folder = tmp_path / "checkout"
    (folder / "inner").mkdir(parents=True)
    for file in (folder / "code.py", folder / "inner" / "code.py"):
        file.write_text("1")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_the_commit_of_another_repository_around_it_is_not_its_own(checkout):
    assert git_state(checkout)["commit"] == git(checkout, "rev-parse", "HEAD")
    state = git_state(checkout / "inner")
    assert state == {"commit": None, "changed": [], "reason": "the folder lies inside another repository and is no checkout of its own"}


def test_a_link_to_a_checkout_is_the_checkout(checkout, tmp_path):
    (tmp_path / "link").symlink_to(checkout)
    assert git_state(tmp_path / "link") == git_state(checkout) == {"commit": git(checkout, "rev-parse", "HEAD"), "changed": []}


def test_a_checkout_without_a_commit_says_so(tmp_path):
    git(tmp_path, "init", "-q")
    state = git_state(tmp_path)
    assert state["commit"] is None and state["reason"].startswith("git says: ") and "\n" not in state["reason"]


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder to somebody else needs root")
def test_a_checkout_that_somebody_else_owns_names_its_commit(checkout, monkeypatch):
    commit = git(checkout, "rev-parse", "HEAD")
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, SOMEBODY_ELSE, SOMEBODY_ELSE)
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    with pytest.raises(subprocess.CalledProcessError, match="128"):
        git(checkout, "rev-parse", "HEAD")
    assert git_state(checkout) == {"commit": commit, "changed": []}


def test_the_repository_of_a_hook_that_runs_a_study_is_not_asked(checkout, tmp_path, monkeypatch):
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("GIT_DIR", str(checkout / ".git"))
    assert git_state(tmp_path / "plain")["commit"] is None


def test_where_git_is_absent_the_record_says_so(checkout, monkeypatch, tmp_path):
    assert shutil.which("git")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(checkout) == {"commit": None, "changed": [], "reason": "git cannot be run: No such file or directory"}
