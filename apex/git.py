"""What Git knows of a declaration: the repository it is in, and the commit that last changed it."""

import re
import subprocess
from functools import cache
from pathlib import Path


@cache
def repository(folder: Path) -> str | None:
    """`host/owner/name` of the remote `origin` of the checkout that holds `folder`.

    Without a remote it is the checkout's name. None outside a Git checkout. Credentials and the protocol of the
    remote's address are left out.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        return None
    remote = _git(folder, "config", "--get", "remote.origin.url")
    if not remote:
        return Path(top).name
    return address(remote)


def address(remote: str) -> str:
    """`github.com/acme/platform` for any spelling of that remote: https, ssh, scp-like or a path."""
    bare = re.sub(r"^[a-z+]+://", "", remote.strip())
    bare = re.sub(r"^[^@/]*@", "", bare)
    bare = re.sub(r"^([^/:]+):(?:\d+/)?", r"\1/", bare)
    return bare.strip("/").removesuffix(".git")


@cache
def last_change(*paths: Path) -> str | None:
    """The full hash of the commit that last changed any of `paths` (files or folders); None where there is none."""
    if not paths:
        return None
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    return _git(folder, "log", "-1", "--format=%H", "--", *(str(path.resolve()) for path in paths)) or None


def head(folder: Path) -> str | None:
    """The commit that the checkout of `folder` is at; None outside a checkout, or before its first commit."""
    return _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")


def is_clean(folder: Path) -> bool:
    """Whether the checkout of `folder` is what its commit says, and no file differs. False outside a checkout."""
    return _git(folder, "status", "--porcelain") == ""


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
