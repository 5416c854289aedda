"""The text host's scene, for the Reconcile forms."""

from __future__ import annotations

from tests.addin.forms.test_text_host import scene

__all__ = ["scene"]
