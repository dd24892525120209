"""One reading of a whole answer, from its tokens to its tree."""

from dataclasses import dataclass

from .errors import Unreadable
from .letters import CONDITIONS, OTHERWISE
from .limits import MAX_LEVELS
from .parser import Parser
from .pieces import cut, has_equals, stop_after
from .tree import Cases, Equation, Lines, Sum, Symbol, children, statements

# Words around a formula do no harm, but these before one are a part of it.
FUNCTIONS = frozenset(
    [
        *("log", "ln", "exp", "sin", "cos", "tan", "tanh", "sqrt", "root", "abs", "sign", "max"),
        *("min", "relu", "sigmoid", "softmax", "mean", "average", "half", "twice", "double"),
        *("negative", "minus", "inverse", "not"),
    ]
)


@dataclass(frozen=True)
class Parsed:
    """tree; the ambiguities met; the notes on what was left out; steps: of the parser."""

    tree: object
    ambiguities: tuple
    kinds: frozenset
    notes: tuple
    steps: int


def parse(tokens, vocabulary, choice):
    """Parse the tokens of an answer. Raises Unreadable."""
    left_out, notes, ambiguities, kinds, found, steps, nodes = [], [], [], set(), [], 0, 0
    pieces = cut(tokens, left_out)
    _refuse_functions(tokens, left_out)
    if not pieces:
        raise Unreadable(
            "there are words, but no formula", tokens[0].start, hint="Write a formula.", kind="word"
        )
    for piece in pieces:
        parser = Parser(stop_after(piece.tokens), vocabulary, choice)
        parser.nodes = nodes
        found.append(_cases(parser) if piece.has_cases else _statement(parser))
        nodes, steps = parser.nodes, steps + parser.steps
        ambiguities += parser.ambiguities
        kinds |= parser.kinds
        notes += parser.notes
    tree = found[0] if len(found) == 1 else Lines(tuple(found))
    _refuse_deep(tree)
    return Parsed(tree, tuple(ambiguities), frozenset(kinds), (*_notes(left_out), *notes), steps)


def _refuse_functions(tokens, left_out):
    """Words before a formula are left out, but not those that make another formula of it."""
    words = {id(token) for token in left_out}
    for place, token in enumerate(tokens):
        if id(token) not in words or token.text.lower() not in FUNCTIONS:
            continue
        after = place + 1
        while after < len(tokens) and tokens[after].text.lower() in ("of", "the", "a"):
            after += 1
        follows = tokens[after]
        if id(follows) not in words and follows.kind != "stop" and follows.text not in ":,.;=\n":
            raise Unreadable(
                f"{token.text!r} would make another formula of this, and is not read",
                token.start,
                hint="Write the formula with + - * / and powers only.",
                kind="word",
            )


def _notes(left_out):
    if not left_out:
        return ()
    words = " ".join(token.text for token in sorted(left_out, key=lambda token: token.start))
    return (f"Not read as part of the formula: {words[:100]}",)


def _statement(parser):
    members = [_member(parser)]
    while parser.accept("=", ":"):
        members.append(_member(parser))
    if parser.token.kind != "stop":
        raise _cannot_stand(parser)
    return members[0] if len(members) == 1 else Equation(tuple(members))


def _member(parser):
    if parser.token.kind == "stop" or parser.at("="):
        raise parser.error("beside the = a formula is missing", "As in a = b + c.")
    return parser.formula()


def _cannot_stand(parser):
    token = parser.token
    if token.kind == "word":
        return Unreadable(
            f"the word {token.text!r} stands inside the formula",
            token.start,
            hint="Words may stand before and after a formula; between letters write * or /.",
            kind="word",
        )
    if token.text in ("≤", "≥", "<", ">", "≠"):
        return parser.error(f"{token.text} is read in the limits of a sum only")
    return parser.error(f"here {token.text.strip() or 'a new line'} cannot stand")


def _cases(parser):
    """H = Y/p if D = 1, 0 otherwise."""
    members = []
    while has_equals(parser.tokens[parser.i :]):
        members.append(_member(parser))
        if not parser.accept("=", ":"):
            raise _cannot_stand(parser)
    opening = parser.accept("{")
    branches, otherwise = [], None
    while parser.token.kind != "stop" and otherwise is None:
        while parser.at(",", ";", "\n") or parser.token.text == "and":
            parser.take()
        if parser.token.text in OTHERWISE:
            parser.take()
            parser.accept(",", ":")
            otherwise = parser.formula()
            break
        value = parser.formula()
        parser.accept(",")
        if parser.token.text in CONDITIONS:
            branches.append((value, *parser.condition()))
        elif parser.token.text in OTHERWISE:
            parser.take()
            otherwise = value
        else:
            raise _cannot_stand(parser)
    if opening:
        parser.expect("}", "this bracket is not closed")
    while parser.at(".", ","):
        parser.take()
    if parser.token.kind != "stop":
        raise _cannot_stand(parser)
    if not branches:
        raise parser.error("a condition is missing", "As in: a if D = 1, 0 otherwise.")
    members.append(parser.made(Cases(tuple(branches), otherwise)))
    return members[0] if len(members) == 1 else Equation(tuple(members))


def _refuse_deep(tree):
    level = [tree]
    for _ in range(MAX_LEVELS):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise Unreadable("the formula is nested too deeply", kind="too-large")


def unknown_names(tree, vocabulary):
    """The names in the formulas that the question does not use, sorted; not counting indices,
    letters that sums run over, and left sides."""
    found, own = set(), set(vocabulary.names)
    for statement in statements(tree):
        members = [statement]
        if isinstance(statement, Equation):
            own.add(getattr(statement.members[0], "name", ""))
            members = statement.members[1:]
        for member in members:
            for node in _outside_indices(member):
                if isinstance(node, Sum):
                    own.add(node.variable.name)
                elif isinstance(node, Symbol):
                    found.add(node.name)
    return tuple(sorted(found - own))


def _outside_indices(node):
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Symbol):
            waiting.extend(children(node))
