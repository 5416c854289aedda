"""The structure of the product in figures, of an earlier revision and of what is here now, as one table (`make structure`).

Counted in the sources: files per folder; floors, arrows and circles of the imports; lengths of functions; comments; untyped dicts.
Counted in a run of one exported payment: frames and generators of the add-in from press to commit; changes of the database.
`--pages` writes the import tables of docs/architecture.md anew from the tested ones.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import statistics
import subprocess
import tarfile
import tempfile
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conventions.imports.import_graph import circles, floors, module_graph, part_graph
from tests.conventions.imports.import_pages import write_tables
from tests.conventions.way_of_a_payment import measure
from tests.support.paths import ROOT

BEFORE = "8d1d24c"
PACKAGES = ("qb_plugin", "hostsim")
SUITES = ("tests",)


def sources(root: Path, packages: tuple[str, ...] = PACKAGES) -> list[Path]:
    """The Python files of the packages."""
    return [path for package in packages for path in sorted((root / package).rglob("*.py"))]


def fullest_folders(root: Path, packages: tuple[str, ...]) -> str:
    """The three folders with the most Python files, `__init__.py` not counted."""
    counts = Counter(path.parent.relative_to(root) for path in sources(root, packages) if path.name != "__init__.py")
    return ", ".join(f"{folder} {count}" for folder, count in counts.most_common(3))


def function_lengths(root: Path) -> list[int]:
    """Lines of each function's body, its docstring not counted."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sources(root))
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return sorted(body_length(function) for function in functions)


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of one function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def comments(path: Path) -> int:
    """Comments of one file that say something to a reader: orders to tools and ruled lines are none."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    found = (token.string for token in tokens if token.type == tokenize.COMMENT)
    return sum(1 for text in found if not re.match(r"#:?\s*(noqa|type:|-{3,}|={3,})", text))


def comments_per_100_lines(root: Path) -> float:
    """Comments per 100 lines of source."""
    files = sources(root)
    return 100 * sum(map(comments, files)) / sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def untyped(root: Path) -> Counter[str]:
    """How often `dict[str, Any]` and `Mapping[str, Any]` are written, by package."""
    found: Counter[str] = Counter()
    for package in PACKAGES:
        text = "".join(path.read_text(encoding="utf-8") for path in sources(root, (package,)))
        found[f"dict[str, Any] in {package}"] = text.count("dict[str, Any]")
        found[f"Mapping[str, Any] in {package}"] = text.count("Mapping[str, Any]")
    return found


def figures_of_sources(root: Path) -> Iterator[tuple[str, str]]:
    """Everything that is counted in the sources, in the order of the table."""
    yield "Python files", str(len(sources(root)))
    yield "fullest folders of the product", fullest_folders(root, PACKAGES)
    yield "fullest folders of the tests", fullest_folders(root, SUITES)
    for package in (*PACKAGES, simulator_of(root)):
        graph = part_graph(root, package)
        name = "the simulator" if package not in PACKAGES else package
        yield f"{name}: parts, floors, arrows", f"{len(graph)}, {floors(graph)}, {sum(map(len, graph.values()))}"
        yield f"{name}: circles of modules", str(len(circles(module_graph(root, package))))
    lengths = function_lengths(root)
    yield "functions", str(len(lengths))
    yield "lines of a function, median and 90th percentile", f"{statistics.median(lengths):g}, {lengths[len(lengths) * 9 // 10]}"
    yield "comments per 100 lines", f"{comments_per_100_lines(root):.1f}"
    yield from ((name, str(count)) for name, count in untyped(root).items())


def simulator_of(root: Path) -> str:
    """The simulator's package, as this revision calls it."""
    return next(name for name in ("hostsim/qbo_simulator", "hostsim/quickbooks") if (root / name).is_dir())


def figures(root: Path) -> dict[str, str]:
    """All figures of one revision."""
    way = measure(root)
    counted = {
        "frames of the add-in, press to commit": str(way.frames),
        "generators among them": str(way.generators),
        "changes of the file, one exported payment": f"{way.addin_commits} of the add-in, {way.host_commits} of the host",
    }
    return dict(figures_of_sources(root)) | counted


def check_out(revision: str, folder: Path) -> Path:
    """The files of one revision, below a folder."""
    archive = subprocess.run(["git", "archive", revision], check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def show(before: Mapping[str, str], after: Mapping[str, str], revision: str) -> str:
    """The table, as Markdown."""
    rows: dict[str, list[str]] = defaultdict(lambda: ["–", "–"])
    for column, found in enumerate((before, after)):
        for name, value in found.items():
            rows[name][column] = value
    lines = [f"| | {revision} | now |", "|---|---|---|", *(f"| {name} | {old} | {new} |" for name, (old, new) in rows.items())]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write the tables of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default=BEFORE, help="the revision to compare with")
    parser.add_argument("--pages", action="store_true", help="write the import tables of docs/architecture.md, and nothing else")
    wanted = parser.parse_args()
    if wanted.pages:
        return write_tables()
    with tempfile.TemporaryDirectory() as folder:
        print(show(figures(check_out(wanted.base, Path(folder))), figures(ROOT), wanted.base))
    return None


if __name__ == "__main__":
    main()
