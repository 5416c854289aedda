"""Imports as graphs: which part of a package imports which, how many floors that makes, and where it goes in a circle."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = Mapping[str, set[str]]


def imported_names(path: Path) -> Iterator[str]:
    """Every dotted name that a file imports, wherever in the file, also under `if TYPE_CHECKING`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(root: Path, package: str) -> dict[str, Path]:
    """The modules of a package, given as a path, by their dotted name."""
    files = sorted((root / package).rglob("*.py"))
    return {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def module_graph(root: Path, package: str) -> dict[str, set[str]]:
    """Each module of a package with the modules of it that it imports; a name of a module stands for the module."""
    found = modules(root, package)
    graph: dict[str, set[str]] = {name: set() for name in found}
    for name, path in found.items():
        for imported in imported_names(path):
            module = imported if imported in found else imported.rpartition(".")[0]
            if module in found and module != name:
                graph[name].add(module)
    return graph


def part_graph(root: Path, package: str) -> dict[str, set[str]]:
    """Each part of a package (a folder or a file at its top) with the other parts that it imports."""
    depth = len(Path(package).parts)
    graph: dict[str, set[str]] = defaultdict(set)
    for module, imported in module_graph(root, package).items():
        part = part_of(module, depth)
        graph[part] |= {part_of(other, depth) for other in imported} - {part}
    graph.pop("", None)
    return {part: others - {""} for part, others in graph.items()}


def part_of(module: str, depth: int) -> str:
    """The part of a package that a module belongs to; empty for the package itself."""
    return (module.split(".")[depth:] or [""])[0]


def circles(graph: Graph) -> list[set[str]]:
    """The groups of nodes that reach each other (Tarjan's strongly connected components of more than one node)."""
    reached = {node: reachable(graph, node) for node in graph}
    groups = {frozenset(other for other in reached[node] if node in reached[other]) for node in graph}
    return [set(group) for group in groups if len(group) > 1]


def reachable(graph: Graph, start: str) -> set[str]:
    """All nodes that can be reached from one, itself only over a circle."""
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return seen


def floors(graph: Graph) -> int:
    """How many floors there are: the longest chain of parts of which each imports the next, a circle counted as one."""
    inner = {node: group for group in circles(graph) for node in group}
    heights: dict[str, int] = {}

    def height(node: str) -> int:
        if node not in heights:
            group = inner.get(node, {node})
            below = {other for member in group for other in graph.get(member, ())} - group
            heights[node] = 1 + max((height(other) for other in below), default=0)
        return heights[node]

    return max(map(height, graph), default=0)
