# SPDX-License-Identifier: Apache-2.0
"""The tested blocks of a chapter of the book: what is typed on which host, and what it prints.

A block is marked in its first line:

    ```console test=HOST [wait=SECONDS] [fails] [figures] [full]
    ```conf test=HOST file=PATH

In a console block a line that begins with "# " is typed by root; what follows up to the next one is
its output. `...` stands for any part of a line or, alone, for any lines. Blanks count as one; points
of time are equal to each other. A command without output in the text may print anything.

wait     the whole block is repeated until it prints what the text says
fails    the last command ends with another status than 0
figures  numbers are equal to each other, but for addresses
full     run with LESSOR_FULL=1 only
"""

import re

from .wait import Failure

_FENCE = re.compile(r"^```(\w*)(.*)$")
_TIME = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)?( UTC)?")
# An address, which stays, or a number or a time of day.
_NUMBER = re.compile(r"((?:\d+\.){3}\d+(?:/\d+)?|(?:[0-9a-f]{2}:){5}[0-9a-f]{2})|\d+(?:[.:]\d+)*")
_MARK = "\x1e"


class Block:
    """path and line say where it stands, for messages."""

    def __init__(self, path, line, language, words):
        self.path, self.line, self.language, self.lines = path, line, language, []
        self.words = dict((word.split("=", 1) + [""])[:2] for word in words.split())

    @property
    def host(self):
        return self.words.get("test")

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)

    def commands(self):
        """[command, lines of output] in order; a backslash at its end continues a command."""
        found = []
        for line in self.lines:
            if found and found[-1][0].endswith("\\") and not found[-1][1]:
                found[-1][0] += "\n" + line
            elif line.startswith("# "):
                found.append([line[2:], []])
            elif found:
                found[-1][1].append(line)
            else:
                raise Failure(f"{self.path}:{self.line}: output before the first command")
        return found


def blocks(path):
    """All fenced blocks of a file."""
    found, inside = [], False
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            match = _FENCE.match(line)
            if match and inside:
                inside = False
            elif match:
                inside = True
                found.append(Block(path, number, match[1], match[2]))
            elif inside:
                found[-1].lines.append(line)
    return found


def _plain(line, figures):
    line = _TIME.sub("TIME", " ".join(line.split()))
    return _NUMBER.sub(lambda m: m[1] or "N", line) if figures else line


def _same(expected, got, figures):
    parts = [re.escape(_plain(part, figures)) for part in expected.split("...")]
    return re.fullmatch(r"\s*.*\s*".join(parts), _plain(got, figures)) is not None


def matches(expected, got, figures=False):
    """Whether the lines got are those of the text."""
    if not expected:
        return not got
    if expected[0].strip() == "...":
        return any(matches(expected[1:], got[i:], figures) for i in range(len(got) + 1))
    return bool(got) and _same(expected[0], got[0], figures) and matches(
        expected[1:], got[1:], figures)


def _once(block, machine):
    """Types all commands; None if each did what the text says, else what went wrong."""
    commands = block.commands()
    script = "".join(f"{command}\nprintf '\\n{_MARK}%d\\n' $?\n" for command, _ in commands)
    answers = machine.sh(script, seconds=1800 if "full" in block.words else 60).split(_MARK)
    for number, (command, expected) in enumerate(commands):
        if number + 1 >= len(answers):
            return f"'{command}' never came back:\n{answers[-1]}"
        output = answers[number] if number == 0 else answers[number].partition("\n")[2]
        status = int(answers[number + 1].partition("\n")[0])
        output = output.rstrip("\n")
        wrong = (status == 0) != (not ("fails" in block.words and number == len(commands) - 1))
        got = output.split("\n") if output else []
        if wrong or (expected and not matches(_trim(expected), got, "figures" in block.words)):
            return f"'{command}': status {status}, it printed:\n{output}"
    return None


def _trim(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def play(block, machine, wait_for):
    """Carries out a block; raises Failure with its place if the text is wrong."""
    wrong = []

    def done():
        wrong[:] = [_once(block, machine)]
        return wrong[0] is None

    def place():
        return f"{block.path}:{block.line} on {machine.name}: {wrong[0]}"

    if "wait" in block.words:
        wait_for(done, float(block.words["wait"]), place, pause=0.2)
    elif not done():
        raise Failure(place())
