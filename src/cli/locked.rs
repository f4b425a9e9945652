//! What a lock means for a run of `check`: which commit each entry is judged at, which entries must
//! not be resolved, which are judged from a local copy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Failure;
use super::lock_file;
use crate::base::{closest, quoted};
use crate::evaluate::accepted;
use crate::gate::Subject;
use crate::lock::Comparison;
use crate::manifest::{Entry, Source};

/// Arguments of `check` about the lock.
#[derive(Args, Debug)]
pub(super) struct LockArguments {
    /// The lock to compare with; unless given, `models.lock` beside the manifest, if it is there
    #[arg(long, value_name = "PATH")]
    lock: Option<PathBuf>,

    /// Compare with no lock
    #[arg(long, conflicts_with_all = ["lock", "locked", "local_copy"])]
    no_lock: bool,

    /// Resolve nothing anew: judge the locked commits only, and fail what the lock does not name
    #[arg(long)]
    locked: bool,

    /// Judge this model from a folder on this machine, compared with the lock; may be given several
    /// times
    #[arg(long, value_name = "NAME=PATH")]
    local_copy: Vec<String>,
}

/// The lock in force, and the copies that stand in for models.
pub(super) struct Locked {
    comparison: Option<Comparison>,
    copies: BTreeMap<String, PathBuf>,
}

impl LockArguments {
    /// Reads the lock that these arguments mean and checks that it allows what they ask for.
    ///
    /// # Errors
    /// A lock that is named or needed and not there, everything that is wrong in it, a local copy
    /// of a model of which the lock does not say what its files are.
    pub(super) fn read(&self, manifest: &Path, entries: &[Entry]) -> Result<Locked, Failure> {
        let lock = match &self.lock {
            _ if self.no_lock => None,
            Some(path) => Some(lock_file::read(path)?),
            None => lock_file::read_if_there(&lock_file::beside(manifest))?,
        };
        if lock.is_none() && (self.locked || !self.local_copy.is_empty()) {
            let option = if self.locked { "--locked" } else { "--local-copy" };
            let path = super::documents::shown(&lock_file::beside(manifest));
            return Err(Failure::new(format!(
                "`{option}` needs a lock, and `{path}` is not there"
            ))
            .help("`weighstation lock` writes it; `--lock` names one that lies elsewhere"));
        }
        let comparison = lock.map(|lock| Comparison {
            lock,
            binding: self.locked,
            entries: entries.iter().map(|entry| entry.name.clone()).collect(),
            heads: BTreeMap::new(),
        });
        let copies = self.copies(comparison.as_ref(), entries)?;
        Ok(Locked { comparison, copies })
    }

    fn copies(
        &self,
        comparison: Option<&Comparison>,
        entries: &[Entry],
    ) -> Result<BTreeMap<String, PathBuf>, Failure> {
        let mut copies = BTreeMap::new();
        for argument in &self.local_copy {
            // A name may hold a `=` itself; of several that fit, the longest is meant.
            let fitting = entries.iter().filter_map(|entry| {
                let path = argument.strip_prefix(entry.name.as_str())?.strip_prefix('=')?;
                Some((entry, path))
            });
            let Some((entry, path)) = fitting.max_by_key(|(entry, _)| entry.name.len()) else {
                return Err(unknown_copy(argument, entries));
            };
            let name = quoted(&entry.name);
            if path.is_empty() {
                return Err(Failure::new(format!("`--local-copy {name}=` names no folder")));
            }
            if comparison.and_then(|comparison| accepted(comparison, entry)).is_none() {
                let message = format!(
                    "a local copy can stand in for `{name}` only if the lock says what its files are"
                );
                return Err(Failure::new(message)
                    .help("`weighstation lock` adds it to the lock, or resolves it anew"));
            }
            if copies.insert(entry.name.clone(), PathBuf::from(path)).is_some() {
                return Err(Failure::new(format!("`--local-copy` names `{name}` twice")));
            }
        }
        Ok(copies)
    }
}

fn unknown_copy(argument: &str, entries: &[Entry]) -> Failure {
    let Some((name, _)) = argument.split_once('=') else {
        let message = format!("`--local-copy {}` is not NAME=PATH", quoted(argument));
        return Failure::new(message);
    };
    let failure = Failure::new(format!("the manifest names no model `{}`", quoted(name)));
    match closest(name, entries.iter().map(|entry| entry.name.as_str())) {
        Some(known) => failure.help(format!("did you mean `{}`?", quoted(known))),
        None => failure,
    }
}

impl Locked {
    /// Makes the subject one that is judged as the lock says.
    pub(super) fn bind(&self, entry: &Entry, subject: Subject) -> Subject {
        let Some(comparison) = &self.comparison else { return subject };
        let Some(model) = accepted(comparison, entry) else {
            return match &entry.origin {
                Source::Hub(_) if comparison.binding => subject.withheld(
                    "It was not resolved: the lock does not say which commit was accepted, and \
                     `--locked` resolves nothing anew.",
                ),
                _ => subject,
            };
        };
        let subject = match &model.commit {
            // A commit in the manifest is an order of its own; if the lock has another one, that
            // is a finding.
            Some(commit) if !entry.is_pinned() => subject.at(commit.clone()),
            _ => subject,
        };
        match self.copies.get(&entry.name) {
            Some(path) => subject.copied_to(path.clone()),
            None => subject,
        }
    }

    /// What the run is compared with.
    pub(super) fn into_comparison(self) -> Option<Comparison> {
        self.comparison
    }
}
