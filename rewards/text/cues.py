"""Where a text says that it doubts, takes back, checks, plans or works backwards.

A cue is a phrase at a place, and no more than that: what comes of it is for the reader of the cue to see. A phrase that
is denied (`no need to check`) or quoted is no cue.
"""

import re

_START = r"(?:^|(?<=[.!?…,;:(—-])\s?|(?<=[.!?…,;:(—-]\s)|\b(?:but|oh|no|ok|okay|and|so|hmm+|hm|ah)\b,?\s)"
_WRONG = (
    r"\b(?:that|this|it|which|something)(?:'s|’s|\s(?:is|was|seems?|looks?|must\sbe))\s"  # noqa: RUF001 - typeset
    r"(?:clearly\s|obviously\s|actually\s)?(?:wrong|incorrect|not\s(?:right|correct|quite\sright)|a\smistake|off\b)"
    r"|\b(?:that|this|it)\s(?:isn['’]t|is\snot|wasn['’]t|can['’]?t\sbe|cannot\sbe|does(?:n['’]t|\snot)\s"  # noqa: RUF001
    r"(?:seem|look|sound))\s(?:quite\s)?(?:right|correct)"
    r"|\b(?:i|we|i['’]ve|we['’]ve)\s(?:have\s)?(?:(?:must\shave\s)?made|was|were|misread|miscalculated"  # noqa: RUF001
    r"|miscounted|forgot)\b\s?(?:a\s|an\s|some\s)?(?:mistake|error|wrong|slip|mistaken|to\s|the\s|that\s)"
)
_SHOULD = r"(?<!\bas\s)\b(?:it|that|this|the\s\w{1,20})\sshould\s(?:actually\s|really\s|instead\s)?(?:be|have\sbeen)\b"
_AGAIN = (
    r"\b(?:try|trying|do|start|starting|think|see|go|count|check|verify|read|look|add|compute|calculate)\b[^.!?\n]{0,30}"
    r"\b(?:again|over|afresh|once\smore)\b"
    r"|\b(?:re-?(?:think|do|doing|consider|calculat(?:e|ing)|comput(?:e|ing)|examin(?:e|ing)|evaluat(?:e|ing)|read"
    r"|check(?:ing)?|count|verify|phrase)|double[- ]check(?:ing)?|cross[- ]check(?:ing)?)\b"
)
_WAIT = rf"{_START}(?:wait|hold\son|hang\son|oops|whoops|scratch\sthat|never\s?mind)\b(?!\s(?:for|until|till|to|at|\d))"

DOUBT = re.compile(
    rf"{_WAIT}|{_START}(?:no,|actually,|on\ssecond\sthought)|{_WRONG}"
    r"|\b(?:let\sme|let['’]s|let\sus|i['’]ll|i\sshould|i\sneed\sto|i\smust)\s(?:just\s)?"  # noqa: RUF001 - typeset
    rf"(?:{_AGAIN})"
    r"|\b(?:is|was)\s(?:that|this|it)\s(?:right|correct)\s?\?"
    r"|\bi(?:['’]m|\sam)\s(?:getting\s)?(?:not\s(?:so\s|quite\s|too\s)?sure|unsure|confused|stuck)\b"  # noqa: RUF001
    r"|\bam\si\s(?:really\s|quite\s)?(?:sure|certain|right|correct|wrong|mistaken)\b"
    r"|\bi\s(?:might|may|could)\s(?:be|have\sbeen)\s(?:wrong|mistaken)\b",
    re.IGNORECASE,
)
"""A doubt about what was said."""

RETRACTION = re.compile(
    rf"{_WAIT}|{_START}(?:no,|actually\b|correction\b|on\ssecond\sthought)|{_WRONG}|{_SHOULD}"
    r"|\b(?:is|was|are)\s(?:wrong|incorrect)\b|\bwas\soff\b"
    r"|\btry(?:ing)?\s[^.!?\n]{0,20}\b(?:different|another|else|instead)\b|\bdead\send\b"
    r"|\bgoing\snowhere\b|\bback[- ]?track(?:s|ed|ing)?\b|\bstart(?:ing)?\s(?:over|again|afresh)\b"
    r"|\bgo(?:ing)?\sback\s(?:and|to\sthe\s(?:start|beginning|previous|last))\b"
    r"|\btoo\s(?:big|large|small|low|high|much|many|few|little)\b"
    r"|\b(?:does|did|do|will|would|can)(?:n['’]t|\snot)\s(?:work|match|fit|add\sup|agree)\b"  # noqa: RUF001
    r"|\bre-?(?:do|doing|calculat|comput|evaluat|consider|think)(?:e|es|ed|ing|ion)?\b"
    r"|\b(?:made|found|spot(?:ted)?|notic(?:e|ed)|caught|there(?:['’]s|\sis|\swas)|see|my)\b[^.!?\n]{0,20}"  # noqa: RUF001
    r"\b(?:mistake|error|slip)s?\b|\b(?:correct|fix)(?:ing)?\s(?:this|that|it|the)\b",
    re.IGNORECASE,
)
"""Something said before is taken back, or a way is left."""

CHECK = re.compile(
    r"\b(?<!\ba\s)(?<!\bthe\s)(?<!\bper\s)(?<!\beach\s)(?<!\d\s)"
    r"(?:re-?|double[- ]?|cross[- ]?|sanity[- ])?check(?:s(?=\sout|\sthat|:)|ed|ing)?\b(?!\saccounts?\b)"
    r"|\b(?:sanity|quick|final|last)\scheck\b"
    r"|\bverif(?:y|ies|ied|ying|ication)\b|\b(?:cross-|re)?validat(?:e|es|ed|ing|ion)\b"
    r"|\bconfirm(?:s|ed|ing|ation)?\b|\b(?:to|us|me|let['’]s|we|i)\stest\b|\btesting\s(?:this|that|it|the|our|my)\b"  # noqa: RUF001
    r"|\bmak(?:e|ing)\ssure\b|\bto\sbe\s(?:sure|safe|certain)\b|\bre-?(?:calculat|comput)(?:e|es|ed|ing)\b"
    r"|\b(?:plug|substitut|put|work)(?:e|s|ged|ging|ed|ing|ting)?\b[^.!?\n]{0,40}\bback\b"
    r"|\b(?:another|different|other)\s(?:way|method|approach)\b|\balternatively\b",
    re.IGNORECASE,
)
"""Something said before is checked."""

_FINDING = (
    r"(?:find|calculat|comput|determin|work\sout|figure\sout|solv|evaluat|get|identify|count|simplify|know|add|obtain)"
)
SUBGOAL = re.compile(
    r"\b(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|next|then|now|finally|after\sthat|step\s\d{1,2})\b[^.!?\n]{0,40}?"
    rf"\b{_FINDING}(?:e|es|s|ing|ting)?\b"
    r"|\b(?:we|i|let['’]s|let\sus|let\sme|you)\s(?:first\s|now\s|then\s|next\s|just\s|also\s)?"  # noqa: RUF001 - typeset
    r"(?:need|have|want|will|can|must|should|start\sby)?\s?(?:to\s)?(?:first\s|now\s)?"
    rf"{_FINDING}(?:e|es|ing|ting)?\s(?:the|how|what|each|both|its|their|out)\b"
    r"|\b(?:break|split|divid|decompos)(?:e|ing)?\b[^.!?\n]{0,40}\b(?:into|in)\b[^.!?\n]{0,20}"
    r"\b(?:steps?|parts?|cases?|pieces)\b",
    re.IGNORECASE,
)
"""An intermediate aim is named."""

BACKWARD = re.compile(
    r"\bwork(?:s|ed|ing)?\s(?:it\s|this\s|our\sway\s)?backwards?\b|\bin\sreverse\b|\bbackward[- ]chain"
    r"|\bstart(?:s|ed|ing)?\s(?:from|with|at)\s(?:the\s)?(?:answer|target|end|goal|final|result|conclusion|last)\b"
    r"|\b(?:revers|undo|invert)(?:e|es|ed|ing)?\s(?:the|this|that|these|each|every)\b"
    r"|\bto\s(?:get|reach|obtain|make|end\sup\swith|arrive\sat|hit)\s(?:a\s|the\s)?(?:total\s|sum\s|target\s"
    r"|result\s|product\s|number\s)?(?:of\s)?\d{1,20},?\s(?:from\s\d{1,20},?\s)?(?:i|we|you|one|it)\s(?:would\s)?"
    r"(?:need|must|have\sto|could|can|want|should)\b"
    r"|\b(?:the|our|my)\s(?:target|goal|end\sresult)\s(?:is|must\sbe|has\sto\sbe|should\sbe)\s\d"
    r"|\bfinal\s(?:amount|total|value|number|sum)\s(?:must|has\sto|should|needs\sto)\sbe\b"
    r"|\bto\s(?:end|finish)\s(?:up\s)?(?:with|at|on)\b",
    re.IGNORECASE,
)
"""The way goes from the target to what is given."""

_DENIAL = re.compile(
    r"(?:\b(?:no|not|never|without|nothing|nor|neither|needless|unnecessary|skip|avoid|hardly|isn|won)\b|n['’]t)"  # noqa: RUF001
    r"[^,;:.!?\n]{0,30}$",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[\"“”`]")
_BEFORE = 60


def cues(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Return the places of a pattern in a passage that are neither denied nor quoted, in order."""
    return [cue for cue in pattern.finditer(text) if _is_meant(text, cue)]


def _is_meant(text: str, cue: re.Match[str]) -> bool:
    before = text[max(0, cue.start() - _BEFORE) : cue.start()]
    quoted = len(_QUOTES.findall(text, 0, cue.start())) % 2 or before.endswith(("'", "‘", "*"))  # noqa: RUF001
    return not quoted and not _DENIAL.search(before)


__all__ = ["BACKWARD", "CHECK", "DOUBT", "RETRACTION", "SUBGOAL", "cues"]
