"""The component package as the engine starts it; `PulumiPlugin.yaml` stands beside it."""

import sys
from pathlib import Path

# Started by its path: the modules are found from the folder that holds `components`, not from inside it.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from components.package import serve  # noqa: E402

if __name__ == "__main__":
    serve()
