"""A place in a list of tokens, and the brackets that match in it."""

from rewards.math.lexer import Kind, Token, UnreadableError

MAX_DEPTH = 140
"""How deep rules of the grammar may nest; a pair of brackets takes five."""

_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())


class Cursor:
    """Reads tokens from the left."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._partners = _partners(tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        """Return a coming token, or None behind the last."""
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def take(self) -> Token:
        """Return the next token and step over it.

        Raises:
            UnreadableError: there is none.
        """
        token = self.peek()
        if token is None:
            raise UnreadableError("The answer ends where more is expected.")
        self._place += 1
        return token

    def at(self, *texts: str) -> bool:
        """Return whether the next token is one of these signs or commands."""
        token = self.peek()
        return token is not None and token.text in texts and token.kind in {Kind.SIGN, Kind.COMMAND}

    def accept(self, *texts: str) -> bool:
        """Step over the next token if it is one of these signs or commands; say whether it was."""
        found = self.at(*texts)
        self._place += found
        return found

    def expect(self, *texts: str) -> str:
        """Step over the next token, which must be one of these.

        Raises:
            UnreadableError: it is another.
        """
        if not self.at(*texts):
            raise UnreadableError(f"The answer has no {texts[0]} where one is expected.")
        return self.take().text

    def at_kind(self, kind: Kind, ahead: int = 0) -> bool:
        """Return whether a coming token is of a kind."""
        token = self.peek(ahead)
        return token is not None and token.kind is kind

    def at_words(self, words: frozenset[str]) -> bool:
        """Return whether the next token is one of these words, in any case."""
        token = self.peek()
        return token is not None and token.kind is Kind.WORD and token.text.lower() in words

    def next_is(self, text: str) -> bool:
        """Return whether the token behind the next one is this."""
        token = self.peek(1)
        return token is not None and token.text == text

    def after_bracket(self) -> Token | None:
        """Return the token behind the bracket that the next token opens."""
        partner = self._partners.get(self._place)
        return None if partner is None else self.peek(partner + 1 - self._place)

    def enter(self) -> None:
        """Go one level deeper.

        Raises:
            UnreadableError: that is too deep.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableError("The answer nests too deeply.")

    def leave(self) -> None:
        """Come back from a level."""
        self._depth -= 1


def _partners(tokens: list[Token]) -> dict[int, int]:
    """Return the place of the closing bracket for each opening one that has any."""
    partners: dict[int, int] = {}
    open_places: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind is not Kind.SIGN:
            continue
        if token.text in _OPENING:
            open_places.append(place)
        elif token.text in _CLOSING and open_places:
            partners[open_places.pop()] = place
    return partners
