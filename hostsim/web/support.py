"""`GET /api/support-bundle`: the support bundle as a file to save."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from hostsim.support import file_name, write_bundle
from hostsim.web.form_calls import in_thread
from hostsim.workspace import Workspace


async def download_support(request: Request) -> Response:
    """Make the bundle, and send it."""
    workspace: Workspace = request.app.state.workspace
    made, file = datetime.now(UTC), io.BytesIO()
    await in_thread(write_bundle, workspace, file, made)
    headers = {"content-disposition": f'attachment; filename="{file_name(made)}"'}
    return Response(file.getvalue(), media_type="application/zip", headers=headers)
