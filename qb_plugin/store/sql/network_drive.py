"""Detection of network drives, where SQLite's locks cannot be trusted (https://www.sqlite.org/useovernet.html)."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path, PurePath

_NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "coda", "glusterfs", "ceph", "lustre", "davfs"}
)
_NETWORK_PROGRAMS = frozenset({"fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone"})
_DRIVE_REMOTE = 4  # GetDriveTypeW
_MOUNTS = Path("/proc/mounts")


def lies_on_share(path: Path) -> bool:
    """Whether this file's folder is on a network drive; False where that cannot be determined."""
    return is_remote(str(path.absolute()), read_mounts(_MOUNTS), drive_types(ctypes))


def is_remote(path: str, mounts: str, drive_type: Callable[[str], int] | None) -> bool:
    """Decide by UNC name, by Windows' type of the drive, or by the file system that `mounts` (/proc/mounts) names."""
    if path.startswith(("\\\\", "//")):
        return True
    if drive_type is not None:
        return drive_type(path[:2] + "\\") == _DRIVE_REMOTE
    return filesystem_type(path, mounts) in _NETWORK_TYPES | _NETWORK_PROGRAMS


def filesystem_type(path: str, mounts: str) -> str:
    """The type of the file system mounted nearest above the path; of two mounted at one path the later hides the earlier."""
    nearest, found = -1, ""
    parents = {str(parent) for parent in (PurePath(path), *PurePath(path).parents)}
    for line in mounts.splitlines():
        _, place, kind, *_ = line.split(" ")
        place = _unescaped(place)
        if place in parents and len(place) >= nearest:
            nearest, found = len(place), kind
    return found


def read_mounts(file: Path) -> str:
    """The table of mounts; "" on systems without /proc/mounts."""
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def drive_types(library: object) -> Callable[[str], int] | None:
    """Windows' own GetDriveTypeW, None on other systems."""
    windows = getattr(library, "windll", None)
    return None if windows is None else windows.kernel32.GetDriveTypeW


def _unescaped(place: str) -> str:
    # Blanks and the like stand as three octal digits, see proc(5).
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), place)
