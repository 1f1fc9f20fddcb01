"""A record's clocks, in; checkpoints signed and the picture copied at their strokes, out."""

import logging
import threading
from pathlib import Path
from typing import Final

from northwatch.errors import NorthwatchError
from northwatch.lake import copy_lake
from northwatch.workstreams.checkpoints import strokes, write_due
from northwatch.workstreams.record import Record

_LOG: Final = logging.getLogger(__name__)
_EVERY_S: Final = 20.0


class Strokes:
    """Does what is due, whether anybody uses the server or not."""

    def __init__(self, record: Record, picture: Path | None) -> None:
        """Watch the clocks of a record; `picture` is copied at its strokes, None for never."""
        self._record = record
        self._picture = picture
        self._copied = record.clock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="strokes", daemon=True)

    def __enter__(self) -> None:
        """Begin."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End, and wait until what is under way is done."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self.do_due()
            except NorthwatchError as error:
                # Nothing of a record stands in a log: the code says enough.
                _LOG.error("a stroke was missed: %s", error.code)
            if self._over.wait(_EVERY_S):
                return

    def do_due(self) -> None:
        """Do what is due now."""
        write_due(self._record)
        now = self._record.clock()
        clock = self._record.charter.picture_clock
        if self._picture is not None and any(strokes(clock, self._copied, now)):
            copy_lake(self._picture, self._record.folder.picture)
            self._copied = now
