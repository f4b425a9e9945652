//! A lock and how a run is compared with it.

use std::collections::BTreeMap;

use super::{Lock, LockedModel};
use crate::base::Commit;

/// A lock that a run is compared with.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The lock.
    pub lock: Lock,
    /// Whether nothing may be resolved that the lock does not name (`--locked`): what it does not
    /// name then fails whatever the policy says.
    pub binding: bool,
    /// The names of all entries of the manifest, those that this run leaves out included.
    pub entries: Vec<String>,
    /// Where the branches and tags of the manifest stand now, by the name of the entry, as far as
    /// it was asked.
    pub heads: BTreeMap<String, Commit>,
}

impl Comparison {
    /// The models of the lock that no entry of the manifest is called by.
    pub fn vanished(&self) -> impl Iterator<Item = &LockedModel> {
        self.lock.models.iter().filter(|model| !self.entries.contains(&model.name))
    }
}
