"""The XML form of a FEC (LPF art. A47 A-1, VII): journals of entries of lines, as one record per line.

Read as a stream by expat, which follows no reference out of the file; a file that declares a document type is refused, since
that is where entities explode. A file that is not well-formed to its end is refused whole: what stood before the break could
be half an entry.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile

MAX_DEPTH = 32  # the law's own form is six deep
_BLOCK = 1 << 20
_FRAME = ("comptabilite", "exercice", "journal", "ecriture", "ligne")
_SEPARATOR = " "  # between a namespace and a name


@dataclass
class XmlLine:
    """One accounting line: its place in the file, and its fields with those of its entry and journal."""

    line: int
    size_bytes: int
    own: dict[str, str]
    entry: dict[str, str]
    journal: dict[str, str]

    @property
    def fields(self) -> dict[str, str]:
        return {**self.journal, **self.entry, **self.own}

    @property
    def raw(self) -> str:
        return json.dumps(self.fields, ensure_ascii=False)


@dataclass
class XmlBook:
    """What an XML file holds: its lines, and the closing dates it gives."""

    lines: list[XmlLine] = field(default_factory=list)
    closings: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


def is_xml(data: bytes) -> bool:
    """Whether a file begins as XML does, whatever it is called."""
    head = data[:256]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "ignore").encode()
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<?xml", b"<comptabilite"))


def read_xml(data: bytes, file: InboxFile, known: dict[str, str]) -> XmlBook:
    """The book in `data`; `known` gives the law's spelling of a normalised field name.

    Raises UnreadableFile for what is not well-formed, declares a document type, nests too deep or holds no line.
    """
    walk = _Walk(file, known)
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = walk.doctype
    walk.parser = parser
    try:
        for start in range(0, len(data), _BLOCK):
            parser.Parse(data[start : start + _BLOCK], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise UnreadableFile(
            "not_well_formed", f"{file.name}: not well-formed XML ({error}); export it again", str(error)
        ) from error
    if not walk.book.lines:
        raise UnreadableFile(
            "not_a_fec",
            f"{file.name}: XML without a line of an entry; expected the form of LPF art. A47 A-1, VII",
        )
    return walk.book


class _Walk:
    """Follows the elements; a field belongs to the innermost line, entry or journal around it, wherever it stands there."""

    def __init__(self, file: InboxFile, known: dict[str, str]) -> None:
        self.book = XmlBook()
        self.parser: expat.XMLParserType | None = None
        self._file, self._known = file, known
        self._depth = 0
        self._journal: dict[str, str] = {}
        self._entry: dict[str, str] = {}
        self._line: XmlLine | None = None
        self._is_entry = False
        self._first = 0  # place of the entry's first line
        self._field_name: str | None = None  # of the innermost element, where it is none of the form's frame
        self._texts: list[str] = []
        self._begun = 0

    def start(self, name: str, _: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableFile("not_a_fec", f"{self._file.name}: elements nest deeper than {MAX_DEPTH}")
        local = _local(name)
        if self._field_name in self._known:
            self._refuse(f"element {local} within {self._field_name}")
        if self._line is not None and local in _FRAME:
            self._refuse(f"element {local} within a line")
        if self._is_entry and local in _FRAME and local != "ligne":
            self._refuse(f"element {local} within an entry")
        self._texts = []
        self._field_name = None if local in _FRAME else local
        match local:
            case "journal":
                self._journal = {}
            case "ecriture":
                self._entry, self._is_entry, self._first = {}, True, len(self.book.lines)
            case "ligne":
                assert self.parser is not None
                self._begun = self.parser.CurrentByteIndex
                self._line = XmlLine(self.parser.CurrentLineNumber, 0, {}, self._entry, self._journal)

    def end(self, name: str) -> None:
        self._depth -= 1
        local = _local(name)
        if local == "ligne" and self._line is not None:
            assert self.parser is not None
            self._line.size_bytes = self.parser.CurrentByteIndex - self._begun + len(b"</ligne>")
            self.book.lines.append(self._line)
            self._line = None
        elif local == "ecriture":
            self._check_levels()
            self._entry, self._is_entry = {}, False
        elif local == "journal":
            self._journal = {}
        elif local not in _FRAME:
            self._field(local, "".join(self._texts))
        self._texts, self._field_name = [], None

    def _field(self, local: str, text: str) -> None:
        if local == "datecloture":
            self.book.closings.append(text.strip())
            return
        name = self._known.get(local)
        if name is None:
            self.book.unknown.add(local)
        else:
            place = (
                self._line.own if self._line is not None else self._entry if self._is_entry else self._journal
            )
            if name in place:
                self._refuse(f"field {name} stands twice")
            if place is self._journal and not name.startswith("Journal"):
                self._refuse(f"field {name} outside an entry")
            place[name] = text

    def _check_levels(self) -> None:
        """A field given at two levels of an entry says the same at both."""
        for line in self.book.lines[self._first :]:
            for inner, outer in (
                (line.own, self._entry),
                (line.own, self._journal),
                (self._entry, self._journal),
            ):
                for name in inner.keys() & outer.keys():
                    if inner[name].strip() != outer[name].strip():
                        self._refuse(f"field {name} says two things in one entry")

    def _refuse(self, what: str) -> NoReturn:
        """What could be read in two ways is not read: the wrong one might free a line."""
        assert self.parser is not None
        line = self.parser.CurrentLineNumber
        raise UnreadableFile(
            "not_a_fec",
            f"{self._file.name}: line {line}: {what}; expected the form of LPF art. A47 A-1, VII. Export it again",
            what,
        )

    def text(self, text: str) -> None:
        self._texts.append(text)

    def doctype(self, *_: object) -> None:
        raise UnreadableFile(
            "xml_doctype",
            f"{self._file.name}: declares a document type, which the law's form has not; refused",
        )


def _local(name: str) -> str:
    """The name of an element without namespace, in lower case."""
    return name.rpartition(_SEPARATOR)[2].lower()
