//! Programs that steps need: whether they are here, and how to get them.

use std::path::{Path, PathBuf};

/// How to get the usual programs; anything else is named without a recipe.
const RECIPES: &[(&str, &str)] = &[
    ("buildah", "install it with your package manager: `apt-get install buildah`"),
    ("cargo", "install Rust from https://rustup.rs"),
    ("chromium", "install it with your package manager: `apt-get install chromium`"),
    ("docker", "install Docker, or use `buildah` or `podman`"),
    ("helm", "install it from https://helm.sh/docs/intro/install"),
    ("make", "install it with your package manager: `apt-get install make`"),
    ("node", "install Node.js from https://nodejs.org"),
    ("npm", "install Node.js from https://nodejs.org; npm comes with it"),
    ("npx", "install Node.js from https://nodejs.org; npx comes with it"),
    ("poetry", "`pipx install poetry`"),
    ("pytest", "`pip install pytest` in the project's environment"),
    ("python", "install Python 3, or say `python3`"),
    ("python3", "install it with your package manager: `apt-get install python3`"),
    ("uv", "`pipx install uv`"),
    ("xauth", "install it with your package manager: `apt-get install xauth`"),
    ("xvfb-run", "install it with your package manager: `apt-get install xvfb`"),
];

/// Finds a program as the system would: a path by itself (below `folder` where it is relative), a name on the PATH.
pub fn find(program: &str, folder: &Path) -> Option<PathBuf> {
    let runs = |path: PathBuf| is_executable(&path).then_some(path);
    if program.contains('/') {
        return runs(folder.join(program));
    }
    std::env::split_paths(&std::env::var_os("PATH")?).find_map(|place| runs(place.join(program)))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Says how to get a program.
pub fn recipe(program: &str) -> String {
    match RECIPES.iter().find(|(known, _)| *known == program) {
        Some((_, recipe)) => (*recipe).to_owned(),
        None => format!("install `{program}`, or put it on the PATH"),
    }
}
