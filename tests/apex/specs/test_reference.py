"""The pages under docs/kinds are those of the models."""

from pathlib import Path

from apex.specs.reference import pages

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_committed_pages_are_those_of_the_models() -> None:
    folder = REPOSITORY / "docs" / "kinds"
    committed = {file.name: file.read_text() for file in folder.iterdir()}
    assert committed == pages(), "run `python -m apex.specs.reference docs/kinds`"
