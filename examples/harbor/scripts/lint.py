"""Checks that Python compiles and imports nothing in vain, that JSON is JSON, and
that the version is the same wherever it stands."""

import ast
import json
import sys

import plain_toml
import plain_yaml
from project import ROOT, conclude, files, short


def python_problems(path):
    """What is wrong with one Python file."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text, filename=str(path))
        compile(tree, str(path), "exec")
    except SyntaxError as error:
        return [f"{short(path)}:{error.lineno}: {error.msg}"]
    if path.name == "__init__.py":  # imports there are for others to use
        return []
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [
        f"{short(path)}:{line}: `{name}` is imported and not used"
        for name, line in imported(tree)
        if name not in used
    ]


def imported(tree):
    """Each name that an import brings in, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0], node.lineno


def once(pairs):
    """A JSON object, refused when a key is in it twice."""
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key `{key}` is there twice")
    return dict(pairs)


def json_problems(path):
    """What is wrong with one JSON file."""
    try:
        json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
    except ValueError as error:
        return [f"{short(path)}: {error}"]
    return []


def version_problems():
    """Places where another version stands than in pyproject.toml."""
    ours = plain_toml.read(text_of("pyproject.toml"))["tool.poetry"]["version"]
    chart = "infra/helm/harbor/Chart.yaml"
    others = {
        "package.json": json.loads(text_of("package.json"))["version"],
        f"{chart} (version)": plain_yaml.read(text_of(chart))["version"],
        f"{chart} (appVersion)": plain_yaml.read(text_of(chart))["appVersion"],
    }
    return [
        f"{place} says {version}, pyproject.toml says {ours}"
        for place, version in others.items()
        if version != ours
    ]


def text_of(name):
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def main():
    python, data = files(".py"), files(".json")
    problems = [problem for path in python for problem in python_problems(path)]
    problems += [problem for path in data for problem in json_problems(path)]
    problems = problems or version_problems()
    return conclude("lint", problems, f"{len(python)} Python and {len(data)} JSON files")


if __name__ == "__main__":
    sys.exit(main())
