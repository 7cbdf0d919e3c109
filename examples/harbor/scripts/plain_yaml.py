"""Reads the plain YAML that this project writes.

Maps and lists by indentation, scalars on one line, comments, and empty `{}` or `[]`.
Anything else (anchors, block text, flow collections) is refused with its line.
"""

import re

KEY = re.compile(r"([A-Za-z_][\w./-]*):(?:\s+(.*))?$")


def read(text):
    """The data in `text`; ValueError with the line where it is not plain."""
    lines = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = without_comment(raw).rstrip()
        if line and line != "---":
            lines.append((number, len(line) - len(line.lstrip()), line.lstrip()))
    if not lines:
        return {}
    data, rest = block(lines, lines[0][1])
    if rest:
        raise ValueError(f"line {rest[0][0]}: indented like nothing before it")
    return data


def without_comment(line):
    """The line up to a `#` that begins a comment."""
    quote = None
    for at, char in enumerate(line):
        if quote:
            quote = None if char == quote else quote
        elif char in "\"'" and (at == 0 or line[at - 1] in " :-"):
            quote = char
        elif char == "#" and (at == 0 or line[at - 1].isspace()):
            return line[:at]
    return line


def block(lines, indent):
    """The map or list that begins at `indent`, and the lines after it."""
    return (items if is_item(lines[0]) else entries)(lines, indent)


def is_item(line):
    """Whether the line begins an item of a list."""
    return line[2] == "-" or line[2].startswith("- ")


def items(lines, indent):
    """A list, and the lines after it."""
    found = []
    while lines and lines[0][1] == indent and is_item(lines[0]):
        number, _, text = lines[0]
        inner = text[1:].lstrip()
        if KEY.match(inner):  # a map whose first key stands beside the dash
            deeper = indent + len(text) - len(inner)
            value, lines = entries([(number, deeper, inner)] + lines[1:], deeper)
        else:
            value, lines = scalar(inner, number), lines[1:]
        found.append(value)
    return found, lines


def entries(lines, indent):
    """A map, and the lines after it."""
    found = {}
    while lines and lines[0][1] == indent and not is_item(lines[0]):
        number, _, text = lines[0]
        match = KEY.match(text)
        if not match:
            raise ValueError(f"line {number}: expected `key: value`, found `{text}`")
        key, value = match.groups()
        if key in found:
            raise ValueError(f"line {number}: `{key}` is there twice")
        lines = lines[1:]
        if value:
            found[key] = scalar(value, number)
        elif lines and (lines[0][1] > indent or (lines[0][1] == indent and is_item(lines[0]))):
            found[key], lines = block(lines, lines[0][1])
        else:
            found[key] = None
    return found, lines


def scalar(text, number):
    """One value on one line."""
    plain = {"true": True, "false": False, "null": None, "~": None, "{}": {}, "[]": []}
    if text in plain:
        return plain[text]
    if text[:1] in "\"'":
        if len(text) < 2 or text[-1] != text[0]:
            raise ValueError(f"line {number}: the quote does not end")
        return text[1:-1]
    if text[:1] in "{[&*!|>%@`":
        raise ValueError(f"line {number}: `{text}` is more than plain YAML")
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    return text
