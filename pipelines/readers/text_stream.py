"""A text file as UTF-8 bytes with lines that end in LF, whatever it was written in; bounded memory, and nothing guessed.

`encoding` of source.toml says how it was written; else a byte order mark does; else it is UTF-8. What cannot be decoded comes
out as bytes that are no UTF-8 either, so that the row it stands in is rejected and no other.
"""

from __future__ import annotations

import codecs
from typing import IO, cast

from pipelines.inbox.discovery import InboxFile

_HEAD = 1 << 16
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF8 = ("utf-8", "utf-8-sig")


def text_stream(file: InboxFile) -> IO[bytes]:
    """The plain text of `file`, without its byte order mark. Raises UnreadableFile while reading, as the file itself does."""
    stream = file.open()
    head = stream.read(_HEAD)
    mark, by_mark = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", "utf-8"))
    declared = file.config.get("encoding")
    encoding = codecs.lookup(declared).name if declared and not mark else by_mark
    decoder = None if encoding in _UTF8 else codecs.getincrementaldecoder(encoding)(_errors(encoding))
    text = _Text(stream, head[len(mark) :], decoder)
    return cast(IO[bytes], text)


def _errors(encoding: str) -> str:
    """How what cannot be decoded gets through to be refused: a lone surrogate is no UTF-8."""
    return "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


class _Text:
    """Bytes handed on as they are, or decoded and written as UTF-8; line ends of old Macs (CR alone) as LF."""

    def __init__(self, stream: IO[bytes], head: bytes, decoder: codecs.IncrementalDecoder | None) -> None:
        self._stream, self._decoder = stream, decoder
        self._left = self._utf8(head, final=False)
        self._is_cr = b"\n" not in self._left and b"\r" in self._left[:-1]
        if self._is_cr:
            self._left = self._left.replace(b"\r", b"\n")

    def read(self, size: int = -1) -> bytes:
        if self._left:
            given, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
            return given + (self.read() if size < 0 else b"")
        block = self._stream.read(size)
        text = self._utf8(block, final=not block or size < 0)
        if self._is_cr:
            text = text.replace(b"\r", b"\n")
        if block and not text:
            return self.read(size)
        return text

    def _utf8(self, block: bytes, *, final: bool) -> bytes:
        if self._decoder is None:
            return block
        try:
            text = self._decoder.decode(block, final=final)
        except UnicodeError:  # cut within a character, at the end of the file
            self._decoder.reset()
            return b"\xff"
        return text.encode("utf-8", "surrogatepass" if self._passes else "surrogateescape")

    @property
    def _passes(self) -> bool:
        return self._decoder is not None and self._decoder.errors == "surrogatepass"

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> _Text:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
