"""Checks the documentation: relative links, their anchors, and front matter."""

import re
import sys
from datetime import date

import plain_yaml
from project import ROOT, conclude, files, short

KEYS = ("title", "slug", "last-reviewed", "audience", "owner")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def split(text):
    """The front matter of a page, or None, and the body with its line numbers."""
    lines = text.split("\n")
    if lines[0] == "---" and "---" in lines[1:]:
        end = lines.index("---", 1)
        return "\n".join(lines[1:end]), list(enumerate(lines[end + 1:], end + 2))
    return None, list(enumerate(lines, 1))


def prose(numbered):
    """The lines outside of fenced code."""
    fenced = False
    for number, line in numbered:
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(path):
    """The anchors of a page, one per heading, as forges spell them."""
    found = set()
    for _, line in prose(split(path.read_text(encoding="utf-8"))[1]):
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        words = re.sub(r"\]\([^)]*\)", "", heading.group(1)).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        again = 0
        while (slug if not again else f"{slug}-{again}") in found:
            again += 1
        found.add(slug if not again else f"{slug}-{again}")
    return found


def link_problem(page, target):
    """Why a link leads nowhere, or None."""
    if ELSEWHERE.match(target):
        return None
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if path != ROOT and ROOT not in path.parents:
        return f"`{target}` leads out of the project"
    if not path.exists():
        return f"`{target}` is not there"
    if anchor and path.suffix == ".md" and anchor not in anchors(path):
        return f"`{short(path)}` has no heading `#{anchor}`"
    return None


def front_matter_problems(text, slugs):
    """What is wrong with the front matter; `slugs` holds those seen before."""
    if text is None:
        return ["no front matter"]
    try:
        matter = plain_yaml.read(text)
    except ValueError as error:
        return [f"front matter, {error}"]
    problems = [f"front matter lacks `{key}`" for key in KEYS if not matter.get(key)]
    try:
        date.fromisoformat(str(matter.get("last-reviewed")))
    except ValueError:
        problems.append("`last-reviewed` is not a date like 2026-02-19")
    if matter.get("slug") in slugs:
        problems.append(f"the slug `{matter['slug']}` is taken by another page")
    slugs.add(matter.get("slug"))
    return problems


def main():
    problems, links, slugs, pages = [], 0, set(), files(".md")
    for page in pages:
        matter, body = split(page.read_text(encoding="utf-8"))
        if short(page).startswith("docs/"):
            found = front_matter_problems(matter, slugs)
            problems += [f"{short(page)}:1: {problem}" for problem in found]
        for number, line in prose(body):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                links += 1
                problem = link_problem(page, target)
                if problem:
                    problems.append(f"{short(page)}:{number}: {problem}")
    return conclude("docs-verify", problems, f"{len(pages)} pages, {links} links")


if __name__ == "__main__":
    sys.exit(main())
