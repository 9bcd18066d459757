"""`python -m apex.cli` is `apex`."""

from apex.cli import main

main()
