"""The guides of add-ins: pages of Markdown beside an add-in's manifest, served to whoever presses `?` in one of its forms."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hostsim.addins.loader import AddIn
from hostsim.web.errors import RequestRefused
from hostsim.workspace import Workspace

PAGE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
PICTURE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.png")
PICTURES = "pictures"


def guide_of(workspace: Workspace, addin: str) -> AddIn | None:
    """The add-in of this id that brought a guide."""
    return next((each for each in workspace.addins if each.id == addin and each.guide and not each.failure), None)


def help_address(workspace: Workspace, form: str, page: str) -> str:
    """The address of a form's page in the guide of its add-in; empty where there is none."""
    owner = next((each for each in workspace.addins if form in each.forms.forms), None)
    found = owner.guide / f"{page}.md" if owner and owner.guide and PAGE_NAME.fullmatch(page) else None
    return f"/guide/{owner.id}/{page}" if owner and found and found.is_file() else ""


async def show_guide_page(request: Request) -> Response:
    """`GET /guide/{addin}/{page}`: a page of the guide, with the list of all of them."""
    addin, name = guide_of(request.app.state.workspace, request.path_params["addin"]), request.path_params["page"]
    names = page_names(addin)
    if addin is None or name not in names:
        raise RequestRefused(404, "There is no such page in the guide.")
    text = (names[name]).read_text(encoding="utf-8")
    values = {
        "title": title_of(text),
        "body": render(text, names),
        "pages": list_pages(names),
        "page": name,
        "addin": addin.manifest,
    }
    answer: Response = request.app.state.templates.TemplateResponse(request, "guide.html", values)
    return answer


async def show_guide_picture(request: Request) -> Response:
    """`GET /guide/{addin}/pictures/{name}`: a picture of the guide."""
    addin, name = guide_of(request.app.state.workspace, request.path_params["addin"]), request.path_params["name"]
    found = addin.guide / PICTURES / name if addin and addin.guide and PICTURE_NAME.fullmatch(name) else None
    if found is None or not found.is_file():
        raise RequestRefused(404, "There is no such picture in the guide.")
    return FileResponse(found)


def page_names(addin: AddIn | None) -> dict[str, Path]:
    """The pages of a guide by name."""
    if addin is None or addin.guide is None:
        return {}
    return {each.stem: each for each in sorted(addin.guide.glob("*.md")) if PAGE_NAME.fullmatch(each.stem)}


def list_pages(names: dict[str, Path]) -> list[tuple[str, str]]:
    """Name and title of each page, by title."""
    return sorted(((name, title_of(path.read_text(encoding="utf-8"))) for name, path in names.items()), key=lambda each: each[1])


def title_of(text: str) -> str:
    """The first heading."""
    return next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), "Guide")


def render(text: str, names: Collection[str]) -> str:
    """The page as HTML: no HTML of its own, pictures and links within the guide alone."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    for token in tokens:
        if token.children:
            token.children = keep_inside(token.children, names)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def keep_inside(tokens: Sequence[Token], names: Collection[str]) -> list[Token]:
    """Inline tokens with links to the pages of these names; of a link that leads elsewhere the words alone."""
    kept, inside = list[Token](), list[bool]()
    for token in tokens:
        if token.type == "link_open":
            address = address_of(str(token.attrs.get("href", "")), names)
            token.attrs["href"] = address
            inside.append(bool(address))
        stays = inside[-1] if inside and token.type in {"link_open", "link_close"} else True
        if token.type == "link_close" and inside:
            inside.pop()
        if token.type == "image" and not PICTURE_NAME.fullmatch(str(token.attrs.get("src", "")).removeprefix(f"{PICTURES}/")):
            continue
        kept += [token] if stays else []
    return kept


def address_of(link: str, names: Collection[str]) -> str:
    """A link between pages, `import.md#dates`, as an address; empty for any other."""
    page, _, part = link.partition("#")
    if page and not (page.endswith(".md") and page.removesuffix(".md") in names):
        return ""
    return page.removesuffix(".md") + (f"#{part}" if part else "")
