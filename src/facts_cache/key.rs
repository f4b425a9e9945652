//! What facts are kept under: everything that they depend on.
//!
//! An analysis is a function of the file's bytes, its path inside the model (extensions claim
//! formats, an index is known by its name), the budgets, the analysers' own code, and of what it
//! asks of the model's other files. All of that is in the [`Key`], so that nothing has to be
//! invalidated: facts that no longer hold are no longer found.

use serde::{Deserialize, Serialize};

use super::sighting::Sighting;
use crate::base::{Digest, GitBlobId, Limits};

/// What facts are kept under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The code that establishes the facts: see [`Build`].
    build: String,
    /// Digest of the budgets in force.
    budgets: Digest,
    /// What was looked for.
    about: About,
    /// The path inside the model (untrusted).
    path: String,
    /// The bytes.
    content: Content,
    /// What the analysis asked of the other files of the model, and what it was told; `None` for
    /// what holds whatever they are.
    company: Option<Company>,
}

/// What is looked for in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// What the analysers find in it.
    File,
    /// What it says as a model card.
    Card,
    /// Whether its analysis reads so much of it that computing its digest first is the lesser
    /// work. Decides how facts are looked for, and never what they are.
    Density,
}

/// Which bytes.
///
/// The kinds never stand in for each other. What was read on this machine is found again by what
/// its bytes are; what a Hub sent in ranges, which nobody held against the digest in its listing,
/// is found again only for the word of that same Hub. A Hub that lists one file's digest and sends
/// another's bytes deceives those who ask it, as it would without a cache, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// The bytes with this digest, which was computed from them.
    Sha256(Digest),
    /// The file on this machine that was seen so. Used for files that are not read whole.
    Seen(Sighting),
    /// What this endpoint serves for a file that it lists so.
    Listed {
        /// The Hub or mirror.
        endpoint: String,
        /// Bytes, as listed.
        size: u64,
        /// As listed; not computed.
        sha256: Digest,
    },
    /// What this endpoint serves for the file at the key's path at a commit. Git blob ids are
    /// SHA-1, for which two contents of one id can be made: the id alone names no content.
    Committed {
        /// The Hub or mirror.
        endpoint: String,
        /// `organisation/name`.
        repository: String,
        /// The full commit.
        commit: String,
        /// Bytes, as listed.
        size: u64,
        /// As listed; not computed.
        git_blob: GitBlobId,
    },
}

/// What an analysis asks of the other files of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// Whether it asks which files there are.
    pub listing: bool,
    /// Which files it opens, in this order (untrusted).
    pub opened: Vec<String>,
}

/// What an analysis asked of the other files of the model, and what it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Digest of the list of all paths, if it was asked for.
    pub listing: Option<Digest>,
    /// The files that were opened; `None` for one that is not there.
    pub opened: Vec<(String, Option<Content>)>,
}

/// The part of the keys that is the same for a whole run.
#[derive(Clone, Debug)]
pub(super) struct Build {
    build: String,
    budgets: Digest,
}

impl Build {
    /// This program with these budgets.
    pub(super) fn with(limits: &Limits) -> Self {
        // Of the sources of the analysers: two builds of one version may differ in them.
        let build = concat!(env!("CARGO_PKG_VERSION"), "+", env!("WEIGHSTATION_ANALYSERS"));
        Self { build: build.to_owned(), budgets: Digest::of(format!("{limits:?}").as_bytes()) }
    }

    /// The key of what is known of a file, whatever the other files of the model are.
    pub(super) fn key(&self, about: About, path: &str, content: Content) -> Key {
        let (build, budgets, path) = (self.build.clone(), self.budgets, path.to_owned());
        Key { build, budgets, about, path, content, company: None }
    }
}

impl Key {
    /// The same in this company.
    #[must_use]
    pub fn in_company(&self, company: Company) -> Self {
        Self { company: Some(company), ..self.clone() }
    }

    /// The path inside the model (untrusted).
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn about(&self) -> About {
        self.about
    }

    pub(super) fn has_company(&self) -> bool {
        self.company.is_some()
    }

    /// What the entry is called on disk.
    pub(super) fn name(&self) -> Digest {
        // Text and numbers only, which can always be written; and if they could not, an entry
        // holds its whole key and is not taken for another's.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Whether the entry means something on another machine.
    pub(super) fn travels(&self) -> bool {
        let of_this_machine = |content: &Content| matches!(content, Content::Seen(_));
        let company = self.company.iter().flat_map(|company| &company.opened);
        !of_this_machine(&self.content)
            && !company.filter_map(|(_, content)| content.as_ref()).any(of_this_machine)
    }
}

/// The digest of a list of paths, in the order in which a snapshot has them.
pub fn listing_digest(paths: &[String]) -> Digest {
    Digest::of(&serde_json::to_vec(paths).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(limits: &Limits) -> Key {
        let content = Content::Sha256(Digest::of(b"abc"));
        Build::with(limits).key(About::File, "a/model.bin", content)
    }

    #[test]
    fn whatever_facts_depend_on_makes_another_key() {
        let limits = Limits::default();
        let first = key(&limits);
        let listed = Content::Listed {
            endpoint: "https://hub".to_owned(),
            size: 3,
            sha256: Digest::of(b"abc"),
        };
        let others = [
            Key { build: "0.0.1+0".to_owned(), ..first.clone() },
            key(&Limits { nesting: 7, ..limits.clone() }),
            Key { about: About::Card, ..first.clone() },
            Key { path: "a/model.pkl".to_owned(), ..first.clone() },
            Key { content: Content::Sha256(Digest::of(b"abd")), ..first.clone() },
            Key { content: listed, ..first.clone() },
            first.in_company(Company::default()),
            first
                .in_company(Company { opened: vec![("x".to_owned(), None)], ..Company::default() }),
        ];
        let mut names: Vec<Digest> = others.iter().map(Key::name).collect();
        names.push(first.name());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 9);
        assert_eq!(key(&Limits::default()).name(), first.name());
    }

    #[test]
    fn what_was_seen_on_this_machine_stays_on_it() {
        let seen = Content::Seen(Sighting::default());
        let of = |content: Content| Key { content, ..key(&Limits::default()) };
        let content = Content::Sha256(Digest::of(b"abc"));
        assert!(of(content.clone()).travels());
        assert!(!of(seen.clone()).travels());
        let with = |content| Company { listing: None, opened: vec![("b".to_owned(), content)] };
        assert!(of(content.clone()).in_company(with(None)).travels());
        assert!(!of(content).in_company(with(Some(seen))).travels());
    }
}
