//! Sizes as people read them.

/// A size in bytes for people: `840 bytes`, `12.3 kB`, `1.2 MB`; digits are cut off, never rounded up.
pub fn for_people(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
