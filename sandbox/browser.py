"""A headless Chromium for the tests that look at the HTML report: the machine's own, else one that npm brings.

`python -m sandbox.browser`, which `make test` calls, brings one where there is none. The package holds the browser with
the libraries and fonts it needs, so that nothing has to be installed on the machine and nobody has to be root.
"""

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from sandbox import toolchain
from sandbox.problem import SandboxError
from sandbox.progress import run, say

VERSION = "153.0.0"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_TOOL = toolchain.Tool("chromium", VERSION, "@sparticuz/chromium")
_ARCHIVES = ("al2023.tar", "fonts.tar", "swiftshader.tar")
_UNPACK = (
    "const z=require('zlib'),f=require('fs');"
    "require('stream').pipeline(f.createReadStream(process.argv[1]),z.createBrotliDecompress(),"
    "f.createWriteStream(process.argv[2]),e=>{if(e)throw e})"
)
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


def program() -> Path | None:
    """The browser, None where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    return _TOOL.program if _TOOL.program.exists() else None


def variables() -> dict[str, str]:
    """What the environment of `program()` has to hold besides the machine's own."""
    if program() != _TOOL.program:
        return {}
    return {"LD_LIBRARY_PATH": str(_TOOL.folder / "lib"), "FONTCONFIG_FILE": str(_TOOL.folder / "fonts.conf")}


def can_be_brought() -> bool:
    """Whether this machine has what it takes to bring one: npm, and a processor that the package is built for."""
    fits = platform.system() == "Linux" and platform.machine() in ("x86_64", "AMD64")
    return fits and all(shutil.which(name) for name in ("npm", "node"))


def bring() -> None:
    """Bring the browser where there is none."""
    with toolchain.locked(_TOOL):
        if program() is not None:
            return
        with tempfile.TemporaryDirectory() as scratch, toolchain.replacing(_TOOL.folder) as draft:
            _fetch(Path(scratch))
            held = Path(scratch, "node_modules", "@sparticuz", "chromium", "bin")
            for name in _ARCHIVES:
                _unpack(held / f"{name}.br", Path(scratch, name))
                with tarfile.open(Path(scratch, name)) as archive:
                    archive.extractall(draft, filter="data")
            (draft / "fonts.conf").write_text(_FONTS.format(folder=_TOOL.folder), encoding="utf-8")
            _unpack(held / "chromium.br", draft / _TOOL.name)
            (draft / _TOOL.name).chmod(0o755)


def _fetch(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(toolchain.MODULES / "browser" / name, folder / name)
    words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run(words, f"fetching Chromium {VERSION}", cwd=folder, env=os.environ)


def _unpack(packed: Path, target: Path) -> None:
    done = subprocess.run(["node", "-e", _UNPACK, packed, target], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(f"cannot unpack {packed.name}: {done.stderr.strip()}")


def main() -> int:
    """Bring it where that can be done, and say so where not; 2 where a person has to mend something first."""
    if program() is not None:
        return 0
    if not can_be_brought():
        say("no Chromium here, and no npm to bring one: the tests in a browser are left out")
        return 0
    try:
        bring()
    except SandboxError as error:
        say(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
