"""Builds the image into dist/harbor-image.tar, an OCI archive, the same bytes on every machine.

It is what `FROM scratch` and two `COPY` would make: the package and the page, for a
machine that brings its own Python. The Dockerfile makes one that brings it along; this
one needs no container engine, so everybody can rehearse a release.
"""

import hashlib
import io
import json
import sys
import tarfile
from datetime import datetime, timezone

import plain_toml
from build import epoch
from project import ROOT, files, short

CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def packed(contents):
    """A tar archive of these files, path to bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), epoch(), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def plain(value):
    """The bytes of a value as JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def main():
    project = plain_toml.read((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool.poetry"]
    app = {f"app/{short(path)}": path.read_bytes() for path in files(".py", ".json", under="harbor")}
    web = {short(path): path.read_bytes() for path in files(".html", ".js", under="web") if "tests" not in path.parts}
    blobs = {}

    def blob(kind, data):
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}

    layer = packed({**app, **web})
    labels = {
        "org.opencontainers.image.title": project["name"],
        "org.opencontainers.image.version": project["version"],
        "org.opencontainers.image.licenses": project["license"],
    }
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": datetime.fromtimestamp(epoch(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "config": {"Cmd": ["python3", "-m", "harbor"], "WorkingDir": "/app", "Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": blob(CONFIG, plain(config)),
        "layers": [blob(LAYER, layer)],
        "annotations": labels,
    }
    index = {"schemaVersion": 2, "manifests": [blob(MANIFEST, plain(manifest))]}
    archive = packed({"oci-layout": plain({"imageLayoutVersion": "1.0.0"}), "index.json": plain(index), **blobs})
    out = ROOT / "dist" / "harbor-image.tar"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(archive)
    print(f"{hashlib.sha256(archive).hexdigest()}  {out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
