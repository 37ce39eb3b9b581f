"""Small changes of a module of checks, one at a time: each is compiled and must then be caught by a boundary row.

A mutation is a function from a node of the syntax tree to the nodes that may stand in its place; ``_MUTATIONS`` lists
them by type of node. Running mutants belongs to ``sweep``.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

SHARE = 0.001
"""How far a number with a fraction is moved; whole numbers move by one."""

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_REACHED: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_SWAPPED_METHODS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "any_horizontal": "all_horizontal",
    "all_horizontal": "any_horizontal",
    "max_horizontal": "min_horizontal",
    "sum_horizontal": "max_horizontal",
    "sum": "max",
    "n_unique": "count",
    "day": "month",
    "month": "day",
    "is_not_null": "is_null",
}
_DROPPED_METHODS = {"fill_null", "abs", "round", "over", "otherwise", "strip_chars"}
_NEGATED_METHODS = {"is_in", "contains", "is_between"}
_DROPPED_KEYWORDS = {"order_by", "tolerance", "by", "default"}
_ACCESSORS = {"str", "dt", "list"}
_TOGETHER = ", "
"""Between the names of constants that one statement assigns."""


@dataclass(frozen=True)
class SourceMutant:
    """One change: where it is, what stood there and stands there now, and the module with it, compiled."""

    module: str
    function: str
    line: int
    change: str
    code: CodeType

    @property
    def name(self) -> str:
        return f"{self.module}.{self.function}: {self.change}"


def mutants_of(path: Path) -> Iterator[SourceMutant]:
    """Every mutant of a module, in the order of its lines; equal changes in one function are numbered."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for top in tree.body:
        for place in _places(top):
            for new in _mutations(place.node, place.parent):
                change = place.changed_to(new)
                seen[key := f"{_name(top)}: {change}"] += 1
                numbered = change if seen[key] == 1 else f"{change} #{seen[key]}"
                with place.holding(new):
                    code = compile(ast.fix_missing_locations(tree), str(path), "exec")
                yield SourceMutant(path.stem, _name(top), place.node.lineno, numbered, code)


def reaching(path: Path, function: str) -> set[str]:
    """The functions of a module that use one of its names, however far away, and the name itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {
        name: {n.id for n in ast.walk(top) if isinstance(n, ast.Name)}
        for top in tree.body
        for name in _name(top).split(_TOGETHER)
    }
    found = set(function.split(_TOGETHER))
    while more := {name for name, names in used.items() if names & found} - found:
        found |= more
    return found


class _Place:
    """A node and where it hangs in the tree, so that another can be put there for a while."""

    def __init__(self, parent: ast.AST, field: str, index: int | None, node: ast.expr) -> None:
        self.parent, self.field, self.index, self.node = parent, field, index, node

    def changed_to(self, new: ast.expr) -> str:
        """The change in words, with what is around where the node alone says little."""
        shown = self.parent if isinstance(self.node, ast.Constant) else self.node
        shown = shown if isinstance(shown, ast.expr | ast.keyword) else self.node
        before = ast.unparse(shown)
        if shown is self.node:
            return f"{before} -> {ast.unparse(new)}"
        with self.holding(new):
            return f"{before} -> {ast.unparse(shown)}"

    def holding(self, new: ast.expr) -> _Place:
        self._new = new
        return self

    def __enter__(self) -> None:
        self._put(self._new)

    def __exit__(self, *_: object) -> None:
        self._put(self.node)

    def _put(self, node: ast.expr) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _name(top: ast.stmt) -> str:
    if isinstance(top, ast.FunctionDef | ast.ClassDef):
        return top.name
    if not isinstance(top, ast.Assign):
        return ""
    return _TOGETHER.join(n.id for n in ast.walk(top.targets[0]) if isinstance(n, ast.Name))


def _places(top: ast.stmt) -> Iterator[_Place]:
    """Every expression of a function or constant that runs: no annotations, decorators or documentation."""
    if not isinstance(top, ast.FunctionDef | ast.Assign):
        return
    stack: list[ast.AST] = [top]
    while stack:
        parent = stack.pop(0)
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list", "targets", "target", "ctx"):
                continue
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _is_documentation(child):
                    continue
                if isinstance(child, ast.expr):
                    yield _Place(parent, field, index if isinstance(value, list) else None, child)
                stack.append(child)


def _is_documentation(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _mutations(node: ast.expr, parent: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant) and isinstance(parent, ast.JoinedStr):
        yield from (ast.Constant(text) for text in _regex_variants(str(node.value)))
    elif type(node) in _MUTATIONS:
        yield from _MUTATIONS[type(node)](node)


def _compare(node: ast.Compare) -> Iterator[ast.expr]:
    if len(node.ops) == 1:
        for op in _COMPARED.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [op()], node.comparators)


def _binary(node: ast.BinOp) -> Iterator[ast.expr]:
    if type(node.op) in _REACHED:
        yield ast.BinOp(node.left, _REACHED[type(node.op)](), node.right)
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield node.left
        yield node.right


def _unary(node: ast.UnaryOp) -> Iterator[ast.expr]:
    yield node.operand


def _choice(node: ast.IfExp) -> Iterator[ast.expr]:
    yield node.body
    yield node.orelse


def _and_or(node: ast.BoolOp) -> Iterator[ast.expr]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _constant(node: ast.Constant) -> Iterator[ast.expr]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value - 1), ast.Constant(value + 1))
    elif isinstance(value, float):
        moved = (value - SHARE, value + SHARE) if value == 0 else (value * (1 - SHARE), value * (1 + SHARE))
        yield from (ast.Constant(other) for other in moved)
    elif isinstance(value, str):
        yield from (ast.Constant(text) for text in _regex_variants(value) or [f"{value}~"])


def _regex_variants(text: str) -> list[str]:
    """A pattern without an anchor, with other counts, narrower ranges, and without one of its alternatives."""
    if not re.search(r"\^|\$|\[.-.\]", text):
        return []
    found = [text[1:]] if text.startswith("^") else []
    found += [text[:-1]] if text.endswith("$") else []
    for m in re.finditer(r"\{(\d+)\}", text):
        found += [text[: m.start(1)] + str(int(m[1]) + step) + text[m.end(1) :] for step in (-1, 1)]
    for m in re.finditer(r"(\w)-(\w)", text):
        if text.rfind("[", 0, m.start()) > text.rfind("]", 0, m.start()):
            narrower = (f"{chr(ord(m[1]) + 1)}-{m[2]}", f"{m[1]}-{chr(ord(m[2]) - 1)}")
            found += [text[: m.start()] + other + text[m.end() :] for other in narrower]
    for m in re.finditer(r"\(([^()]*\|[^()]*)\)", text):
        parts = m[1].split("|")
        fewer = ["|".join(p for j, p in enumerate(parts) if j != i) for i in range(len(parts))]
        found += [f"{text[: m.start(1)]}{other}{text[m.end(1) :]}" for other in fewer]
    return found


def _members(node: ast.List | ast.Tuple | ast.Set) -> Iterator[ast.expr]:
    if isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts)):
            rest = node.elts[:i] + node.elts[i + 1 :]
            if rest or not isinstance(node, ast.Set):
                yield type(node)(rest) if isinstance(node, ast.Set) else type(node)(rest, ast.Load())


def _call(node: ast.Call) -> Iterator[ast.expr]:
    if not isinstance(node.func, ast.Attribute):
        return
    method, receiver = node.func.attr, node.func.value
    if method in _SWAPPED_METHODS:
        yield ast.Call(
            ast.Attribute(receiver, _SWAPPED_METHODS[method], ast.Load()), node.args, node.keywords
        )
    if method in _DROPPED_METHODS:
        is_accessor = isinstance(receiver, ast.Attribute) and receiver.attr in _ACCESSORS
        yield receiver.value if is_accessor else receiver
    if method in _NEGATED_METHODS:
        yield ast.UnaryOp(ast.Invert(), node)
    if method == "is_not_null":
        yield _literal(True)
    if method == "when":
        yield from (ast.Call(node.func, [_literal(value)], []) for value in (True, False))
    if method == "is_between":
        for closed in ("left", "right", "none"):
            other = ast.Call(node.func, node.args, [ast.keyword("closed", ast.Constant(closed))])
            if ast.unparse(other) != ast.unparse(node):
                yield other
    yield from _fewer_arguments(node)


def _fewer_arguments(node: ast.Call) -> Iterator[ast.expr]:
    if len(node.args) > 1 and (node.func.attr == "over" or node.func.attr.endswith("_horizontal")):
        for i in range(len(node.args)):
            yield ast.Call(node.func, node.args[:i] + node.args[i + 1 :], node.keywords)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in _DROPPED_KEYWORDS:
            yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])


def _literal(value: bool) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name("pl", ast.Load()), "lit", ast.Load()), [ast.Constant(value)], [])


_MUTATIONS: dict[type[ast.expr], Callable[..., Iterator[ast.expr]]] = {
    ast.Compare: _compare,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.IfExp: _choice,
    ast.BoolOp: _and_or,
    ast.Constant: _constant,
    ast.List: _members,
    ast.Tuple: _members,
    ast.Set: _members,
    ast.Call: _call,
}
