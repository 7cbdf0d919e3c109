//! What an effect is about to make true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What an effect is about to make true, frozen before it acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The states to reach, in this order.
    pub items: Vec<Item>,
    /// Whether it can be taken back. After the first intent that cannot, the release only goes forward.
    pub reversible: bool,
}

/// One state of one thing outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The thing: a ref, a file of a registry, an environment. Unique among the effects of a release.
    pub target: String,
    /// The state it shall have: a digest or a git object name.
    pub desired: String,
    /// A few words for people: `tag v1.4.0`.
    pub title: String,
    /// What the effect needs in order to make the very same thing again after a crash.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
}
