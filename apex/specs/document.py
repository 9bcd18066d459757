"""YAML text as plain data, read in one bounded pass over libyaml's events; positions are worked out when asked for.

The catalog is written by many hands, so what a reader of the file would not expect is refused: anchors and aliases
(also those that grow without end), tags, merge keys, keys that repeat, nesting without end. Plain scalars are read as
YAML 1.2 reads them. One that YAML 1.1 (and so kubectl) reads differently (`no`, `0777`, `12:30`) becomes `Plain`: the
text as written, which knows that other reading.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from apex.errors import Problem

MAX_BYTES = 4 * 1024 * 1024
"""Larger files are refused; the API server takes no object above 1.5 MiB."""
MAX_DEPTH = 64
"""Values nested deeper are refused; no kind comes near it."""

Path_ = tuple[str | int, ...]
Positions = dict[Path_, tuple[int, int]]

_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    spelling: value
    for word, value in (("true", True), ("false", False))
    for spelling in (word, word.title(), word.upper())
}
_LEGACY_WORDS = {
    spelling: value
    for word, value in (("yes", True), ("on", True), ("no", False), ("off", False))
    for spelling in (word, word.title(), word.upper())
} | {"y": True, "Y": True, "n": False, "N": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LEGACY_NUMBER = re.compile(
    r"[-+]?(?:0[0-7_]+|0[xX][0-9a-fA-F_]+|0b[01_]+|0o[0-7_]+|[1-9][0-9]*_[0-9_]*(?:\.[0-9_]*)?"
    r"|\.(?:inf|Inf|INF)|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)|\.(?:nan|NaN|NAN)"
)


class Plain(str):
    """An unquoted scalar that is text here and that older YAML readers take for a boolean or a number."""

    __slots__ = ("legacy",)
    legacy: bool | None

    def __new__(cls, text: str, legacy: bool | None) -> "Plain":
        """`legacy` is the boolean it is elsewhere, None where it is a number there."""
        made = super().__new__(cls, text)
        made.legacy = legacy
        return made


class Decimals(float):
    """A number with a fraction or an exponent that remembers how it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Decimals":
        """The number that `text` writes."""
        made = super().__new__(cls, text)
        made.text = text
        return made


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: its number from 0, the line it starts at, and its plain data."""

    number: int
    line: int
    data: Any


class _RefusedError(Exception):
    def __init__(self, message: str, mark: Any, path: Path_ = ()) -> None:
        super().__init__(message)
        self.problem = (message, mark.line + 1, mark.column + 1, dotted(path))


def dotted(path: Path_) -> str:
    """`path` as people write it: ``spec.alerts[1].threshold``; a key that holds a dot or a slash is put in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[\w$-]+", step):
            text += f".{step}" if text else step
        else:
            text += f"[{step}]"
    return text


def read_text(file: Path, shown: str) -> tuple[str, list[Problem]]:
    """The text of `file`, or the problem that it has; `shown` is its name in messages."""
    try:
        if not file.is_file():
            return "", [Problem(shown, 0, 0, "", "is not a file; name a YAML file")]
        size = file.stat().st_size
        if size > MAX_BYTES:
            return "", [Problem(shown, 0, 0, "", f"has {size} bytes, more than {MAX_BYTES}; split the file")]
        raw = file.read_bytes()
    except OSError as error:
        return "", [Problem(shown, 0, 0, "", f"cannot be read: {error.strerror}")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        bad = raw[error.start]
        return "", [Problem(shown, line, column, "", f"byte 0x{bad:02x} is not UTF-8; save the file as UTF-8")]


def parse(text: str, shown: str) -> tuple[list[Document], list[Problem]]:
    """The documents in `text`, empty ones left out, and what is wrong with it as YAML."""
    documents: list[Document] = []
    try:
        documents.extend(document for document in _Reader(text).documents() if document.data is not None)
    except _RefusedError as refused:
        message, line, column, field = refused.problem
        return documents, [Problem(shown, line, column, field, message)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        return documents, [Problem(shown, line, column, "", f"is not valid YAML: {_explain(error)}")]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return documents, [Problem(shown, line, 0, "", f"holds the character {error.character!r}; remove it")]
    return documents, []


@lru_cache(maxsize=16)
def positions(text: str) -> tuple[Positions, ...]:
    """For each document of `text`: line and column of each value, of its key in a map, of itself in a list."""
    found: list[Positions] = []
    with contextlib.suppress(_RefusedError, yaml.YAMLError):  # told when the text was parsed
        for _ in _Reader(text, found).documents():
            pass
    return tuple(found)


def _explain(error: yaml.MarkedYAMLError) -> str:
    text = (error.problem or error.context or "it cannot be parsed").replace("\n", " ")
    if "character that cannot start any token" in text or "\\t" in text:
        return f"{text}; indent with spaces and put text that starts with a special character in quotes"
    return text


@lru_cache(maxsize=4096)
def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text in _LEGACY_WORDS:
        return Plain(text, _LEGACY_WORDS[text])
    if text[0] in "0123456789+-.":
        if len(text) < 20 and _INTEGER.fullmatch(text):
            return int(text)
        if _LEGACY_NUMBER.fullmatch(text):
            return Plain(text, None)
        if len(text) < 40 and _DECIMAL.fullmatch(text):
            return Decimals(text)
    return text


class _Frame:
    """A map or a list that is being read."""

    __slots__ = ("holder", "is_map", "key", "path")

    def __init__(self, holder: Any, is_map: bool, path: Path_) -> None:
        self.holder = holder
        self.is_map = is_map
        self.key: str | None = None
        self.path = path


class _Reader:
    """Turns events into plain data; it keeps the positions of each document where `places` is a list."""

    def __init__(self, text: str, places: list[Positions] | None = None) -> None:
        self.parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self.stack: list[_Frame] = []
        self.places = places
        self.root: Any = None
        self.line = 0

    def documents(self) -> Iterator[Document]:
        """Each document in turn. Raises _RefusedError at the first thing that is not taken."""
        number = -1
        while True:
            event = self.parser.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, kind is yaml.MappingStartEvent)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.stack.pop()
            elif kind is yaml.DocumentStartEvent:
                number += 1
                self.root, self.line = None, 0
                if self.places is not None:
                    self.places.append({})
            elif kind is yaml.DocumentEndEvent:
                yield Document(number, self.line, self.root)
            elif kind is yaml.AliasEvent:
                message = f"*{event.anchor}: aliases are not taken; write the value out"
                raise _RefusedError(message, event.start_mark, self._here())
            elif kind is yaml.StreamEndEvent:
                return

    def _scalar(self, event: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self._refuse_marked(event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.is_map and frame.key is None:
            frame.key = _key(event, frame)
            if self.places is not None:
                self._note((*frame.path, frame.key), event)
        else:
            self._put(_plain(event.value) if event.implicit[0] else event.value, event)

    def _open(self, event: Any, is_map: bool) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.is_map and frame.key is None:
            raise _RefusedError("a key is a map or a list; a key is text", event.start_mark, frame.path)
        self._refuse_marked(event)
        if len(self.stack) >= MAX_DEPTH:
            message = f"is nested more than {MAX_DEPTH} levels deep; flatten it"
            raise _RefusedError(message, event.start_mark, self.stack[3].path)
        value: Any = {} if is_map else []
        self.stack.append(_Frame(value, is_map, self._put(value, event)))

    def _put(self, value: Any, event: Any) -> Path_:
        """Put `value` into the innermost map or list, and tell its path."""
        if not self.stack:
            self.root, self.line = value, event.start_mark.line + 1
            return ()
        frame = self.stack[-1]
        if frame.is_map:
            key = frame.key
            assert key is not None
            frame.holder[key] = value
            frame.key = None
            return (*frame.path, key)
        frame.holder.append(value)
        path = (*frame.path, len(frame.holder) - 1)
        if self.places is not None:
            self._note(path, event)
        return path

    def _note(self, path: Path_, event: Any) -> None:
        assert self.places is not None
        self.places[-1][path] = (event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse_marked(self, event: Any) -> None:
        if event.anchor is not None:
            message = f"&{event.anchor}: anchors are not taken; remove it"
            raise _RefusedError(message, event.start_mark, self._here())
        if event.tag is not None and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _RefusedError(f"{tag}: tags are not taken; remove it", event.start_mark, self._here())

    def _here(self) -> Path_:
        if not self.stack:
            return ()
        frame = self.stack[-1]
        if frame.is_map:
            return frame.path if frame.key is None else (*frame.path, frame.key)
        return (*frame.path, len(frame.holder))


def _key(event: Any, frame: _Frame) -> str:
    text: str = event.value
    if event.implicit[0] and text == "<<":
        raise _RefusedError("<<: merge keys are not taken; write the fields out", event.start_mark, frame.path)
    if event.implicit[0] and text in ("", "~", "null"):
        raise _RefusedError("a key is empty; give it a name", event.start_mark, frame.path)
    if text in frame.holder:
        message = "is written twice in this map; remove one of the two"
        raise _RefusedError(message, event.start_mark, (*frame.path, text))
    return text
