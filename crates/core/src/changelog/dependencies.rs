use super::Rules;
use super::bumps::Bump;
use super::escape::escape_into;
use super::item::Handle;

/// The most dependencies that are named.
const MAX: usize = 30;

/// All dependencies that moved, in one line: each once, with the version that it came to last.
pub(super) fn line(bumps: &[(Bump<'_>, Handle<'_>)], rules: &Rules) -> Option<String> {
    let mut named: Vec<&(Bump<'_>, Handle<'_>)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    named.extend(bumps.iter().filter(|(bump, _)| seen.insert(bump.name)));
    named.sort_by_key(|(bump, _)| bump.name);
    let mut out = String::from("Dependencies: ");
    for (index, (bump, handle)) in named.iter().take(MAX).enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        escape_into(&mut out, bump.name);
        if let Some(to) = bump.to {
            out.push(' ');
            escape_into(&mut out, to);
        }
        out.push_str(" (");
        handle.render(&mut out, rules);
        out.push(')');
    }
    match named.len() {
        0 => return None,
        all if all > MAX => out.push_str(&format!(", and {} more", all - MAX)),
        _ => {}
    }
    Some(out)
}
