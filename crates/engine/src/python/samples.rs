//! Packages for tests, made by Python's own archive writers.

use std::path::PathBuf;

use allclear_testbed::{Ran, TestEnv};

/// Writes wheels and source distributions into a folder: FOLDER, then of each NAME VERSION INNER-VERSION BYTES, where the last is how
/// much does not compress. One process for many, since it takes longer to start than to write.
const PROGRAM: &str = r#"
import io, pathlib, random, sys, tarfile, zipfile

def write(folder, name, version, inner, size):
    about = f"""Metadata-Version: 2.1
Name: {name}
Version: {inner}
Summary: a sample
Classifier: Programming Language :: Python :: 3
Classifier: Operating System :: OS Independent
Description-Content-Type: text/markdown

# Sample

With a line: and another.
"""
    noise = random.Random(f"{name}{version}").randbytes(int(size))
    module = f"VERSION = '{inner}'\n"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": module,
        f"{name}.bin": noise,
        f"{info}/METADATA": about,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: sample\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(zipfile.ZipInfo(path, (2026, 1, 5, 9, 0, 0)), content, zipfile.ZIP_DEFLATED)
    with tarfile.open(f"{folder}/{name}-{version}.tar.gz", "w:gz") as sdist:
        for path, content in {f"{name}.py": module, "PKG-INFO": about, f"{name}.egg-info/PKG-INFO": "no"}.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(content)
            sdist.addfile(entry, io.BytesIO(content.encode()))

folder, *words = sys.argv[1:]
pathlib.Path(folder).mkdir(exist_ok=True)
for at in range(0, len(words), 4):
    write(folder, *words[at:at + 4])
"#;

/// A package to make: its name, its version, the version that stands in it, and how many bytes in the wheel do not compress.
pub(crate) type Sample<'a> = (&'a str, &'a str, &'a str, usize);

/// Makes a wheel and a source distribution, in this order, of each.
pub(crate) fn many(env: &TestEnv, samples: &[Sample<'_>]) -> Vec<[PathBuf; 2]> {
    let folder = env.root().join("dist");
    let mut python = env.command("python3");
    python.args(["-c", PROGRAM]).arg(&folder);
    for (name, version, inner, size) in samples {
        python.args([name, version, inner]).arg(size.to_string());
    }
    Ran::of(&mut python).expect_success();
    let paths = |(name, version, ..): &Sample<'_>| {
        [format!("{name}-{version}-py3-none-any.whl"), format!("{name}-{version}.tar.gz")].map(|file| folder.join(file))
    };
    samples.iter().map(paths).collect()
}

/// Makes a wheel and a source distribution, in this order.
pub(crate) fn packages(env: &TestEnv, name: &str, version: &str, inner: &str, size: usize) -> [PathBuf; 2] {
    many(env, &[(name, version, inner, size)]).remove(0)
}
