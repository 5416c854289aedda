"""A firm between its ledger and QuickBooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.addin.import_scene import ImportScene, import_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImportScene]:
    with import_scene(Path(tmp_path_factory.mktemp("firm"))) as found:
        yield found
