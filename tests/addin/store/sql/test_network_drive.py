"""A database file on a network share is found out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from qb_plugin.store.sql.network_drive import drive_types, filesystem_type, is_remote, lies_on_share, read_mounts

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
nas:/firm /srv/firm nfs4 rw 0 0
/dev/sdb1 /srv/firm/local ext4 rw 0 0
//nas/books /mnt/Alder\040&\040Finch cifs rw 0 0
/dev/sdc1 /twice ext4 rw 0 0
nas:/twice /twice nfs rw 0 0
""".lstrip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/maria/firm.db", "ext4"),
        ("/srv/firm/firm.db", "nfs4"),
        ("/srv/firmware/firm.db", "ext4"),
        ("/srv/firm/local/firm.db", "ext4"),
        ("/mnt/Alder & Finch/firm.db", "cifs"),
        ("/twice/firm.db", "nfs"),
    ],
)
def test_the_nearest_mount_decides(path: str, kind: str) -> None:
    assert filesystem_type(path, MOUNTS) == kind
    assert is_remote(path, MOUNTS, None) == (kind != "ext4")


@pytest.mark.parametrize("path", [r"\\nas\books\firm.db", "//nas/books/firm.db"])
def test_a_unc_name_is_a_share(path: str) -> None:
    assert is_remote(path, "", lambda root: 3)


@pytest.mark.parametrize(("kind", "remote"), [(3, False), (4, True)])
def test_windows_says_what_a_drive_is(kind: int, remote: bool) -> None:
    asked: list[str] = []

    def drive_type(root: str) -> int:
        asked.append(root)
        return kind

    assert is_remote(r"N:\books\firm.db", "", drive_type) == remote
    assert asked == ["N:\\"]


def test_windows_own_question_is_found_where_there_is_one() -> None:
    library = SimpleNamespace(windll=SimpleNamespace(kernel32=SimpleNamespace(GetDriveTypeW=lambda root: 4)))
    question = drive_types(library)
    assert question is not None
    assert question("N:\\") == 4
    assert drive_types(SimpleNamespace()) is None


def test_a_system_that_keeps_no_table_of_mounts_is_trusted(tmp_path: Path) -> None:
    assert read_mounts(tmp_path / "mounts") == ""
    assert not is_remote("/home/maria/firm.db", "", None)


def test_the_folder_for_temporary_files_is_no_share(tmp_path: Path) -> None:
    assert not lies_on_share(tmp_path / "firm.db")
