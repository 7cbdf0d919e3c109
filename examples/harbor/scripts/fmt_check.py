"""Checks line ends, trailing whitespace and tabs; with --fix, puts them right."""

import sys

from project import conclude, files, short

ENDINGS = (
    ".py", ".md", ".toml", ".json", ".yaml", ".tpl", ".js", ".html",
    "Makefile", "Dockerfile", "ignore", ".gitattributes",
)


def tidy(path, text):
    """The text as it should be."""
    lines = [line.rstrip() for line in text.split("\n")]
    if path.name.endswith(".py"):
        lines = [line.expandtabs(4) for line in lines]
    return "\n".join(lines).strip("\n") + "\n" if text.strip() else ""


def first_difference(text, wanted):
    """The number of the first line that is not as it should be."""
    pairs = zip(text.split("\n"), wanted.split("\n"))
    unequal = (number for number, (is_, to_be) in enumerate(pairs, 1) if is_ != to_be)
    return next(unequal, len(wanted.split("\n")))


def main():
    fix = "--fix" in sys.argv[1:]
    problems, fixed, checked = [], 0, files(*ENDINGS)
    for path in checked:
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(f"{short(path)}: is not UTF-8: {error.reason} at byte {error.start}")
            continue
        wanted = tidy(path, text)
        if text == wanted:
            continue
        if fix:
            path.write_bytes(wanted.encode("utf-8"))
            fixed += 1
        else:
            line = first_difference(text, wanted)
            problems.append(f"{short(path)}:{line}: whitespace; `make fmt` puts it right")
    return conclude("fmt-check", problems, f"{len(checked)} files, {fixed} changed")


if __name__ == "__main__":
    sys.exit(main())
