"""Files that commands write."""

from pathlib import Path

from apex.errors import InputError


def write_file(target: Path, text: str) -> None:
    """Write `text` to `target`, in folders made for it. Raises InputError where that cannot be."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError.of(f"cannot be written ({error.strerror}); name another place", file=target) from error
