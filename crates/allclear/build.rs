//! Embeds the example project: every file below `examples/harbor`, with its path, as a Rust slice.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let example = manifest.join("../../examples/harbor");
    println!("cargo::rerun-if-changed={}", example.display());
    let mut files = Vec::new();
    walk(&example, "", &mut files)?;
    files.sort();
    let entries: String =
        files.iter().map(|path| format!("    ({path:?}, include_bytes!({:?})),\n", example.join(path))).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("example.rs");
    fs::write(out, format!("&[\n{entries}]\n"))
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What the example's own commands leave behind is not part of it.
        if ["__pycache__", "dist", "reports", "node_modules", ".git"].contains(&name.as_str()) {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type()?.is_dir() { walk(&entry.path(), &path, files)? } else { files.push(path) }
    }
    Ok(())
}
