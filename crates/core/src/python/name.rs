//! Names of projects.

/// The name by which an index knows a project: lower case, and one `-` for whatever stands between its words, as
/// [PEP 503](https://peps.python.org/pep-0503/#normalized-names) has it.
pub fn normalized(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::normalized;

    #[test]
    fn the_examples_of_pep_503_are_one_name() {
        for name in
            ["friendly-bard", "Friendly-Bard", "FRIENDLY-BARD", "friendly.bard", "friendly_bard", "friendly--bard"]
        {
            assert_eq!(normalized(name), "friendly-bard");
        }
        assert_eq!(normalized("FrIeNdLy-._.-bArD"), "friendly-bard");
    }
}
