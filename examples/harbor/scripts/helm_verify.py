"""Checks every chart: its keys, its values against its schema, its templates' values."""

import json
import re
import sys

import plain_yaml
from project import ROOT, conclude, files, short

NEEDED = ("apiVersion", "name", "description", "type", "version", "appVersion")
OPTIONAL = ("home", "sources", "keywords", "maintainers", "kubeVersion", "annotations", "icon")
SEMVER = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float)}


def chart_problems(folder):
    """What is wrong with Chart.yaml."""
    chart = plain_yaml.read((folder / "Chart.yaml").read_text(encoding="utf-8"))
    problems = [f"`{key}` is missing" for key in NEEDED if key not in chart]
    unknown = [key for key in chart if key not in NEEDED + OPTIONAL]
    problems += [f"`{key}` is not a key of a chart" for key in unknown]
    if chart.get("apiVersion") != "v2":
        problems.append("`apiVersion` should be v2")
    if chart.get("name") != folder.name:
        problems.append(f"`name` should be that of its folder, {folder.name}")
    for key in ("version", "appVersion"):
        if not SEMVER.fullmatch(str(chart.get(key))):
            problems.append(f"`{key}` is not a version: {chart.get(key)}")
    return [f"{short(folder)}/Chart.yaml: {problem}" for problem in problems]


def is_a(kind, value):
    """Whether the value is of that JSON type; true is no number."""
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[kind]) and not (kind == "number" and isinstance(value, bool))


def value_problems(value, schema, at="", whole=True):
    """Where `value` leaves the schema; an overlay is not `whole` and may leave keys out."""
    kind = schema.get("type")
    if kind and not is_a(kind, value):
        yield f"`{at}` should be of type {kind}"
        return
    if value not in schema.get("enum", [value]):
        yield f"`{at}` should be one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for key, inner in value.items():
            path = f"{at}.{key}".lstrip(".")
            if key in known:
                yield from value_problems(inner, known[key], path, whole)
            elif schema.get("additionalProperties") is False:
                yield f"`{path}` is not known to the schema"
        for key in schema.get("required", []) if whole else []:
            if key not in value:
                yield f"`{f'{at}.{key}'.lstrip('.')}` is missing"


def template_problems(folder, values):
    """Values that a template asks for and nobody sets, and braces left open."""
    for path in files(".yaml", ".tpl", under=short(folder / "templates")):
        text = path.read_text(encoding="utf-8")
        if text.count("{{") != text.count("}}"):
            yield f"{short(path)}: braces are left open"
        for name in sorted(set(re.findall(r"\.Values\.([\w.]+)", text))):
            inner = values
            for key in name.split("."):
                inner = inner.get(key) if isinstance(inner, dict) else None
            if inner is None:
                yield f"{short(path)}: values.yaml does not set `{name}`"


def problems_of(folder):
    """Everything that is wrong with one chart."""
    yield from chart_problems(folder)
    schema = json.loads((folder / "values.schema.json").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("values*.yaml")):
        values = plain_yaml.read(path.read_text(encoding="utf-8"))
        whole = path.name == "values.yaml"
        for problem in value_problems(values, schema, whole=whole):
            yield f"{short(path)}: {problem}"
        if whole:
            yield from template_problems(folder, values)


def main():
    charts = sorted(path.parent for path in ROOT.glob("infra/helm/*/Chart.yaml"))
    problems = [] if charts else ["infra/helm: there is no chart"]
    for folder in charts:
        try:
            problems += problems_of(folder)
        except (OSError, ValueError) as error:
            problems.append(f"{short(folder)}: {error}")
    return conclude("helm-verify", problems, f"{len(charts)} chart")


if __name__ == "__main__":
    sys.exit(main())
