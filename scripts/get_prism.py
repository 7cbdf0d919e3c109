"""Puts the program `prism` into a folder, and what it holds GitHub's double against: get_prism.py FOLDER, then FOLDER/bin.

Prism holds requests and answers against a description of an API, here GitHub's own of releases (`bin/github.json`).
"""

import json
import pathlib
import shutil
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).parent / "prism"
WHOLE = "node_modules/@octokit/openapi/generated/api.github.com.json"
REPOSITORY = "/repos/{owner}/{repo}"
# What we ask; the whole description takes Prism half a minute to read.
PATHS = ["/releases", "/git/ref/{ref}", "/git/tags/{tag_sha}"]
JSON = "application/json"


def refs_in(node):
    """The names of all schemas, parameters and so on that something mentions, by their kind."""
    if isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str):
            yield tuple(ref.removeprefix("#/components/").split("/"))
        for child in node.values():
            yield from refs_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from refs_in(child)


def without_examples(node):
    """The same without what is only shown to people."""
    if isinstance(node, dict):
        return {key: without_examples(value) for key, value in node.items() if key not in ("example", "examples")}
    return [without_examples(child) for child in node] if isinstance(node, list) else node


def typed(node):
    """The same with a type wherever null is allowed: Prism silently checks nothing where there is none."""
    if isinstance(node, list):
        return [typed(child) for child in node]
    if not isinstance(node, dict):
        return node
    node = {key: typed(value) for key, value in node.items()}
    if node.get("nullable") is True and "type" not in node:
        del node["nullable"]
        return {"anyOf": [node, {"type": "object", "nullable": True, "enum": [None]}]}
    return node


def slim(whole):
    """The description of what we ask, as Prism can use it."""
    paths = {
        path: item
        for path, item in whole["paths"].items()
        if any(path.removeprefix(REPOSITORY).startswith(start) for start in PATHS) and path.startswith(REPOSITORY)
    }
    components, left = {}, set(refs_in(paths))
    while left:
        kind, name = left.pop()
        if name not in components.setdefault(kind, {}):
            components[kind][name] = whole["components"][kind][name]
            left |= set(refs_in(components[kind][name]))
    api = {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}
    api = typed(without_examples(api))
    for item in api["paths"].values():
        for operation in item.values():
            # All of it is on one server here, and its type is called as clients are told to ask for it.
            operation.pop("servers", None)
            for answer in operation["responses"].values():
                content = answer.get("content", {})
                if JSON in content:
                    content["application/vnd.github+json"] = content[JSON]
    # GitHub answers so in its own words, and says so of them: the schema forgets what its text says of uploads that broke off.
    api["components"]["schemas"]["release-asset"]["properties"]["state"]["enum"].append("starter")
    return api


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    # A run that is cut off leaves no half of it under the right name.
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name in ["package.json", "package-lock.json"]:
        shutil.copy(PACKAGE / name, half)
    install = ["npm", "ci", "--prefix", half, "--omit=optional", "--prefer-offline", "--no-audit", "--no-fund"]
    subprocess.run([*install, "--ignore-scripts", "--silent"], check=True)
    (half / "bin").mkdir()
    whole = json.loads((half / WHOLE).read_text(encoding="utf-8"))
    (half / "bin" / "github.json").write_text(json.dumps(slim(whole)), encoding="utf-8")
    # All versions of all of GitHub are large, and not wanted any more.
    shutil.rmtree(half / "node_modules" / "@octokit")
    # The only program that we want of all those that come with it.
    (half / "bin" / "prism").symlink_to("../node_modules/@stoplight/prism-cli/dist/index.js")
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)


if __name__ == "__main__":
    main()
