/// One commit, borrowed from what git said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commit<'a> {
    /// Its id in hex, whole.
    pub id: &'a str,
    /// Who wrote it, as `Name <email>`.
    pub author: &'a str,
    /// The ids of its parents, separated by spaces; empty where they are not known.
    pub parents: &'a str,
    /// The whole message; what was not UTF-8 has been replaced.
    pub message: &'a str,
}

impl Commit<'_> {
    /// Whether it has more than one parent.
    pub fn is_merge(&self) -> bool {
        self.parents.contains(' ')
    }
}
