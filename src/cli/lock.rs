//! `weighstation lock`: the manifest resolved, its commits and digests written down.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Failure, Verdict, warn};
use super::{documents, lock_file, outputs, replacing};
use crate::base::{Untrusted, closest, quoted};
use crate::document::{Document, Place};
use crate::gate::{Files, digests};
use crate::lock::{Lock, LockedFile, LockedModel, lock_text};
use crate::manifest::{Entry, Manifest, Source};
use crate::source::{Completeness, SourceOptions, Sources, Wanted};

/// Arguments of `lock`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The manifest
    #[arg(long, value_name = "PATH", default_value = "models.yaml")]
    manifest: PathBuf,

    /// The lock to write; unless given, `models.lock` beside the manifest
    #[arg(long, value_name = "PATH")]
    lock: Option<PathBuf>,

    /// Resolve this model anew although its entry is unchanged; without a name, all models; may be
    /// given several times
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        default_missing_value = "",
        action = clap::ArgAction::Append
    )]
    update: Vec<String>,

    /// Ask no network, as `HF_HUB_OFFLINE=1` does: models of the Hub come from the local cache
    #[arg(long)]
    offline: bool,

    /// Threads; as many as processors unless given
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Runs the command. Either every entry is in the new lock, or nothing is written.
pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let manifest = documents::manifest(&arguments.manifest)?;
    let path = match &arguments.lock {
        Some(path) => path.clone(),
        None => lock_file::beside(&arguments.manifest),
    };
    let old = lock_file::read_if_there(&path)?;
    let wish = Wish::of(&arguments.update, &manifest)?;
    let sources =
        Sources::new(SourceOptions { offline: arguments.offline, ..SourceOptions::default() });
    let folder = arguments.manifest.parent().unwrap_or(Path::new(""));

    let mut models = Vec::with_capacity(manifest.entries.len());
    let mut changes = Vec::new();
    let mut unresolved: usize = 0;
    for entry in &manifest.entries {
        let known = old.as_ref().and_then(|lock| lock.model(&entry.name));
        if let Some(model) = known.filter(|model| wish.keeps(entry, model)) {
            changes.push(Change::Unchanged(entry.name.clone()));
            models.push(model.clone());
            continue;
        }
        match resolved(&manifest, entry, &sources, folder, arguments.jobs) {
            Ok(model) => {
                changes.push(Change::between(known, &model));
                models.push(model);
            }
            Err(reason) => {
                unresolved = unresolved.saturating_add(1);
                warn(&format!("`{}` was not resolved: {reason}", quoted(&entry.name)), None);
            }
        }
    }
    let shown = documents::shown(&path);
    if unresolved > 0 {
        let are =
            if unresolved == 1 { "1 model was" } else { &format!("{unresolved} models were") };
        warn(&format!("{are} not resolved; `{shown}` is as it was"), None);
        return Ok(Verdict::Incomplete);
    }
    if let Some(old) = &old {
        let is_gone =
            |model: &&LockedModel| !manifest.entries.iter().any(|entry| entry.name == model.name);
        let gone = old.models.iter().filter(is_gone);
        changes.extend(gone.map(|model| Change::Removed(model.name.clone())));
    }
    let text = readable(&models)?;
    let written = old.as_ref().is_none_or(|old| old.document.text != text);
    if written {
        replacing::replace(&path, &text)
            .map_err(|error| Failure::new(format!("`{shown}` cannot be written: {error}")))?;
    }
    tell(&changes, &shown, written)?;
    Ok(Verdict::Pass)
}

/// Which models are to be resolved anew.
enum Wish<'a> {
    All,
    Some(&'a [String]),
}

impl<'a> Wish<'a> {
    fn of(names: &'a [String], manifest: &Manifest) -> Result<Self, Failure> {
        let known = || manifest.entries.iter().map(|entry| entry.name.as_str());
        for name in names.iter().filter(|name| !name.is_empty()) {
            if known().any(|entry| entry == name) {
                continue;
            }
            let message = format!("the manifest names no model `{}`", quoted(name));
            return Err(match closest(name, known()) {
                Some(known) => Failure::new(message).help(format!("did you mean `{known}`?")),
                None => Failure::new(message),
            });
        }
        // An empty name is `--update` without a name: no entry has it.
        let all = names.iter().any(String::is_empty);
        Ok(if all { Self::All } else { Self::Some(names) })
    }

    /// Whether what was accepted stays accepted: nothing moves by itself.
    fn keeps(&self, entry: &Entry, model: &LockedModel) -> bool {
        let wanted = match self {
            Self::All => true,
            Self::Some(names) => names.contains(&entry.name),
        };
        let is_complete = model.commit.is_some() || !matches!(entry.origin, Source::Hub(_));
        let is_current = model.is_of(&entry.source, entry.revision.as_deref(), &entry.files);
        !wanted && is_complete && is_current
    }
}

/// An entry as it is now, or why that can't be said.
fn resolved(
    manifest: &Manifest,
    entry: &Entry,
    sources: &Sources,
    folder: &Path,
    jobs: Option<NonZeroUsize>,
) -> Result<LockedModel, String> {
    let wanted = Wanted { revision: entry.revision.as_deref(), files: &entry.files };
    let snapshot =
        sources.resolve(&entry.origin, folder, wanted).map_err(|error| error.to_string())?;
    if let Some(glob) = snapshot.unmatched.first().filter(|_| manifest.every_glob_counts()) {
        let glob = quoted(glob);
        return Err(format!("`{glob}` in `files` matches no file; correct it or take it out"));
    }
    if matches!(entry.origin, Source::Hub(_)) && snapshot.revision.is_none() {
        return Err("it has no commit that could be written down".to_owned());
    }
    if snapshot.completeness == Completeness::Unproven {
        return Err("the local cache has no listing of this commit, so that a file could be missing \
                    unnoticed; download the whole model (`hf download`), or lock it with the network"
            .to_owned());
    }
    let Files { files, problems } = digests(&snapshot, jobs);
    if !problems.is_empty() {
        return Err(problems.join("; "));
    }
    if files.is_empty() {
        return Err("it holds no files; there is nothing to write down".to_owned());
    }
    let place = manifest.document.whole();
    let files = files.into_iter().map(|file| LockedFile {
        path: file.path,
        size: file.size,
        sha256: file.sha256,
        place: place.clone(),
    });
    Ok(LockedModel {
        name: entry.name.clone(),
        source: entry.source.clone(),
        revision: entry.revision.clone(),
        globs: entry.files.clone(),
        commit: snapshot.revision,
        files: files.collect(),
        place: place.clone(),
    })
}

/// The text of the lock, which has been read back: what is written can be read by the next run.
fn readable(models: &[LockedModel]) -> Result<String, Failure> {
    let text = lock_text(models);
    let document = Document::from_bytes("the new lock", text.as_bytes());
    let read = document.map_err(|problem| vec![problem]).and_then(Lock::parse);
    match read {
        Ok(lock) if is_same(&lock.models, models) => Ok(text),
        Ok(_) => {
            Err(Failure::new("the lock would not be read as it was written; nothing is written"))
        }
        Err(problems) => Err(Failure::of_problems(problems)
            .help("leave out what the project does not load, with `files:` in the manifest")),
    }
}

/// Whether two lists hold the same, in any order and wherever it is written.
fn is_same(left: &[LockedModel], right: &[LockedModel]) -> bool {
    let sorted = |models: &[LockedModel]| {
        let nowhere = std::sync::Arc::new(Document { path: String::new(), text: String::new() });
        let place: Place = nowhere.whole();
        let mut models = models.to_vec();
        models.sort_by(|left, right| left.name.cmp(&right.name));
        for model in &mut models {
            model.place = place.clone();
            model.files.sort_by(|left, right| left.path.cmp(&right.path));
            model.files.iter_mut().for_each(|file| file.place = place.clone());
        }
        models
    };
    sorted(left) == sorted(right)
}

/// What became of a model.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Added { name: String, commit: Option<String>, files: usize },
    Updated { name: String, what: String },
    Unchanged(String),
    Removed(String),
}

impl Change {
    /// What the model is now, against what it was.
    fn between(old: Option<&LockedModel>, new: &LockedModel) -> Self {
        let name = new.name.clone();
        let short = |model: &LockedModel| model.commit.as_ref().map(short_commit);
        let Some(old) = old else {
            return Self::Added { name, commit: short(new), files: new.files.len() };
        };
        let mut parts = Vec::new();
        if old.commit != new.commit {
            let word = |commit: Option<String>| commit.unwrap_or_else(|| "no commit".to_owned());
            parts.push(format!("{} → {}", word(short(old)), word(short(new))));
        }
        let differing = differing_files(old, new);
        if differing > 0 {
            parts.push(format!("{} changed", files(differing)));
        }
        if !new.is_of(&old.source, old.revision.as_deref(), &old.globs) {
            parts.push("another entry in the manifest".to_owned());
        }
        if parts.is_empty() {
            Self::Unchanged(name)
        } else {
            Self::Updated { name, what: parts.join(", ") }
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Added { name, .. }
            | Self::Updated { name, .. }
            | Self::Unchanged(name)
            | Self::Removed(name) => name,
        }
    }
}

/// How many files were added, removed or have other bytes.
fn differing_files(old: &LockedModel, new: &LockedModel) -> usize {
    let is_same = |file: &LockedFile, in_model: &LockedModel| {
        in_model.file(&file.path).is_some_and(|other| other.sha256 == file.sha256)
    };
    let changed = new.files.iter().filter(|file| !is_same(file, old)).count();
    let removed = old.files.iter().filter(|file| new.file(&file.path).is_none()).count();
    changed.saturating_add(removed)
}

fn short_commit(commit: &crate::base::Commit) -> String {
    commit.as_str().chars().take(12).collect()
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// A line for each model, and what became of the file.
fn tell(changes: &[Change], path: &str, written: bool) -> Result<(), Failure> {
    let mut text = String::new();
    for change in changes {
        let name = Untrusted(change.name());
        text.push_str(&match change {
            Change::Added { commit: Some(commit), files: count, .. } => {
                format!("added      {name}  {commit}, {}\n", files(*count))
            }
            Change::Added { commit: None, files: count, .. } => {
                format!("added      {name}  {}\n", files(*count))
            }
            Change::Updated { what, .. } => format!("updated    {name}  {what}\n"),
            Change::Unchanged(_) => format!("unchanged  {name}\n"),
            Change::Removed(_) => format!("removed    {name}\n"),
        });
    }
    text.push_str(&if written {
        format!("wrote {path}\n")
    } else {
        format!("{path} is up to date\n")
    });
    let mut out = anstream::stdout().lock();
    super::exit::unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
        .map_err(outputs::unwritable)
}
