"""Making the next thing while the last one is used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one being made in a thread of its own while the last one is used; the first, from now on."""
    thread = ThreadPoolExecutor(1)
    return _in_turn(items, thread, thread.submit(next, items, _END))


def _in_turn(items: Iterator[T], thread: ThreadPoolExecutor, following: Future[Any]) -> Iterator[T]:
    with thread:
        while (item := following.result()) is not _END:
            following = thread.submit(next, items, _END)
            yield item
