"""What the sandbox hands to what it runs."""

import subprocess
import sys

from sandbox import __main__ as sandbox


def python(code, variables):
    return subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True
    ).stdout


def test_compiled_python_is_kept_beside_the_state_where_it_may_not_lie_beside_the_sources():
    variables = sandbox._with_bytecode({"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C"})
    said = python("import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)", variables)
    assert said.strip() == f"False {sandbox.OUTPUT / 'bytecode'}"
    assert variables["LANG"] == "C"


def test_where_it_may_python_does_as_always():
    assert sandbox._with_bytecode({"LANG": "C"}) == {"LANG": "C"}
    given = {"PYTHONPYCACHEPREFIX": "elsewhere"}
    assert sandbox._with_bytecode(dict(given)) == given
