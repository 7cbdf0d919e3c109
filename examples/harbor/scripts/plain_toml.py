"""Reads the plain strings of a TOML file, for Pythons that have no tomllib.

Tables by their name as written, keys with their values; values that are not
strings, numbers or lists of them are left out.
"""

import ast


def read(text):
    """The tables of `text`: name to keys to values."""
    table = {}
    tables = {"": table}
    lines = iter(text.split("\n"))
    for line in lines:
        line = without_comment(line).strip()
        if line.startswith("["):
            table = tables.setdefault(line.strip("[] "), {})
        elif "=" in line:
            key, _, value = line.partition("=")
            while value.count("[") > value.count("]"):
                value += " " + without_comment(next(lines)).strip()
            try:
                table[key.strip().strip("\"'")] = ast.literal_eval(value.strip())
            except (SyntaxError, ValueError):
                pass
    return tables


def without_comment(line):
    """The line up to a `#` outside of quotes."""
    quote = None
    for at, char in enumerate(line):
        if quote:
            quote = None if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            return line[:at]
    return line
