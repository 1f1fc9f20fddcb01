"""Bytes as found on disk, in; the same unpacked, in blocks, with how far one is, out.

What a file is packed in shows in its first bytes, not in its name. A packed file that ends before
its packer said so is never taken for a whole one.
"""

import bz2
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import zstandard

from northwatch.errors import UnreadableError

# Packed bytes taken at a time: unpacked they make some megabytes.
_PACKED_BLOCK: Final = 1 << 18
_LOCAL_HEADER: Final = 30  # bytes of a zip member's own header before its name (APPNOTE 4.3.7)
_ENCRYPTED: Final = 1
_ZSTD_IN_ZIP: Final = 93
_MAGIC: Final = {
    b"\x1f\x8b": "gz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"BZh": "bz2",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",  # one without members
}
_FETCH_AGAIN: Final = "Fetch the file again; compare its size with the supplier's"


@dataclass(slots=True)
class Stored:
    """Bytes of one source as they lie on disk: a whole file, or one member of a zip.

    Attributes:
        path: the file.
        name: as shown.
        packing: `plain`, `gz`, `zst` or `bz2`; in a zip also `stored`, `deflate`, `encrypted`
            and `unknown`.
        first: its first byte in the file.
        length: how many bytes.
        checksum: CRC-32 of the unpacked bytes, where the archive tells it.
        read: bytes read in this pass.
    """

    path: Path
    name: str
    packing: str
    first: int
    length: int
    checksum: int | None = None
    read: int = 0
    _digest: str = field(default="", repr=False)
    _hashing: Future[str] | None = field(default=None, repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes as found, in hex; reads them if no pass has reached the end yet.

        Raises:
            UnreadableError: the file cannot be read.
        """
        if self._hashing:
            return self._hashing.result()
        if not self._digest:
            for _ in self._packed(_PACKED_BLOCK):
                pass
        return self._digest

    def hash_beside(self, pool: Executor) -> None:
        """Begin to hash the bytes on another thread, so that passes over them need not."""
        self._hashing = pool.submit(self._hash)

    def _hash(self) -> str:
        digest, left = sha256(), self.length
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self.first)
                while left and (block := file.read(min(_PACKED_BLOCK, left))):
                    left -= len(block)
                    digest.update(block)
        except OSError as error:
            raise self.unreadable(problem=f"it cannot be read ({error.strerror})") from error
        return digest.hexdigest()

    def unpacked(self, size: int) -> Iterator[bytes]:
        """Yield the unpacked bytes in blocks of at most `size`.

        Raises:
            UnreadableError: the bytes are cut off, damaged or cannot be read.
        """
        if self.packing == "plain":
            yield from self._packed(size)
        else:
            yield from self._checked(_UNPACK[self.packing](self, self._packed(_PACKED_BLOCK), size))

    def _packed(self, size: int) -> Iterator[bytes]:
        """Yield the bytes as found; at their end their hash is known."""
        digest = None if self._digest or self._hashing else sha256()
        self.read, left = 0, self.length
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self.first)
                while left and (block := file.read(min(size, left))):
                    left -= len(block)
                    self.read += len(block)
                    if digest:
                        digest.update(block)
                    yield block
        except OSError as error:
            raise self.unreadable(problem=f"it cannot be read ({error.strerror})") from error
        if digest:
            self._digest = digest.hexdigest()
        if left:
            raise self.cut_off()

    def _checked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass unpacked blocks on; at the end compare their checksum, and name what broke."""
        found = 0
        try:
            for block in blocks:
                if self.checksum is not None:
                    found = zlib.crc32(block, found)
                yield block
        except (zlib.error, OSError, ValueError, zstandard.ZstdError) as error:
            raise self.unreadable(problem=f"the archive is damaged ({error})") from error
        if self.checksum is not None and found != self.checksum:
            raise self.unreadable(problem="the archive is damaged (its checksum is wrong)")

    def cut_off(self) -> UnreadableError:
        """Return the error for bytes that end too early."""
        return self.unreadable(problem="it is cut off: it ends in the middle of its packed data")

    def unreadable(self, *, problem: str) -> UnreadableError:
        """Return the error for bytes that are not what was sent."""
        return UnreadableError(file=self.name, problem=problem, remedy=_FETCH_AGAIN)


Unpack = Callable[[Stored, Iterator[bytes], int], Iterator[bytes]]


def stored(path: Path) -> list[Stored]:
    """Return the sources in a file, in the archive's order; one, unless it is a zip.

    Raises:
        UnreadableError: there is no such file, it is a folder, or the zip cannot be opened.
    """
    if path.is_dir():
        raise UnreadableError(
            file=str(path), problem="it is a folder", remedy="Name the files in it"
        )
    try:
        length = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise UnreadableError(
            file=str(path), problem=f"it cannot be read ({error.strerror})",
            remedy="Check the name and who may read it",
        ) from error  # fmt: skip
    packing = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "plain")
    if packing == "zip":
        return _members(path)
    return [Stored(path, path.name, packing, 0, length)]


def _members(path: Path) -> list[Stored]:
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            return [_member(path, info, file) for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError(
            file=path.name, problem=f"the zip is cut off or damaged ({error})", remedy=_FETCH_AGAIN
        ) from error


def _member(path: Path, info: zipfile.ZipInfo, file: Any) -> Stored:  # noqa: ANN401 - an open file
    packing = {
        zipfile.ZIP_STORED: "stored",
        zipfile.ZIP_DEFLATED: "deflate",
        zipfile.ZIP_BZIP2: "bz2",
        _ZSTD_IN_ZIP: "zst",
    }.get(info.compress_type, "unknown")
    if info.flag_bits & _ENCRYPTED:
        packing = "encrypted"
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER)
    more = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    first = info.header_offset + _LOCAL_HEADER + more
    name = f"{path.name}/{info.filename}"
    return Stored(path, name, packing, first, info.compress_size, info.CRC)


def _refused(problem: str) -> Unpack:
    def refuse(stored: Stored, _packed: Iterator[bytes], _size: int) -> Iterator[bytes]:
        raise UnreadableError(file=stored.name, problem=problem, remedy="Unpack it first")

    return refuse


def _unpacked_stored(_stored: Stored, packed: Iterator[bytes], size: int) -> Iterator[bytes]:
    for block in packed:
        yield from _pieces(block, size)


def _unpacked_zlib(wbits: int) -> Unpack:  # noqa: C901 - one flat loop
    def unpacked(stored: Stored, packed: Iterator[bytes], size: int) -> Iterator[bytes]:
        unpacker = None
        for block in packed:
            rest = block
            while rest:
                if unpacker is None:
                    rest = rest.lstrip(b"\0")  # some writers pad the end
                    unpacker = zlib.decompressobj(wbits) if rest else None
                    continue
                if out := unpacker.decompress(rest, size):
                    yield out
                rest = unpacker.unconsumed_tail
                if unpacker.eof:
                    rest, unpacker = unpacker.unused_data, None
        while unpacker is not None and not unpacker.eof:
            if not (out := unpacker.decompress(b"", size)):
                raise stored.cut_off()
            yield out

    return unpacked


def _unpacked_bz2(stored: Stored, packed: Iterator[bytes], size: int) -> Iterator[bytes]:
    unpacker = bz2.BZ2Decompressor()
    begun = False
    for block in packed:
        rest = block
        while rest or not unpacker.needs_input:
            if out := unpacker.decompress(rest, size):
                yield out
            begun, rest = True, b""
            if unpacker.eof:
                rest, unpacker, begun = unpacker.unused_data, bz2.BZ2Decompressor(), False
    if begun:
        raise stored.cut_off()


def _unpacked_zst(stored: Stored, packed: Iterator[bytes], size: int) -> Iterator[bytes]:
    unpacker = None
    for block in packed:
        rest = block
        while rest:
            if unpacker is None:
                unpacker = zstandard.ZstdDecompressor().decompressobj()
            yield from _pieces(unpacker.decompress(rest), size)
            rest = b""
            if unpacker.eof:
                rest, unpacker = unpacker.unused_data, None
    if unpacker is not None:
        raise stored.cut_off()


def _pieces(block: bytes, size: int) -> Iterator[bytes]:
    if len(block) <= size:
        if block:
            yield block
        return
    view = memoryview(block)
    for first in range(0, len(block), size):
        yield bytes(view[first : first + size])


_UNPACK: Final[dict[str, Unpack]] = {
    "stored": _unpacked_stored,
    "encrypted": _refused("it is encrypted"),
    "unknown": _refused("its packing is not known"),
    "gz": _unpacked_zlib(31),  # 16 for the gzip form and 15 for the window
    "deflate": _unpacked_zlib(-15),
    "bz2": _unpacked_bz2,
    "zst": _unpacked_zst,
}
