//! `weighstation discover`: the models that a project's own text loads.

mod listing;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::arguments::Color;
use super::exit::{Failure, Verdict};
use super::project::{self, Discovered};
use super::{documents, outputs, replacing};
use crate::evidence::{Reference, WrittenRevision};
use crate::manifest::{Entry, Manifest, NewEntry, new_manifest};
use crate::rules::discovery::ManifestStatus;

/// Arguments of `discover`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The project: a folder, or one file
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,

    /// The manifest that references are compared with; unless given, `models.yaml` in the project
    #[arg(long, value_name = "PATH")]
    manifest: Option<PathBuf>,

    /// Add what is missing to the manifest, or write one
    #[arg(long)]
    write: bool,

    /// What to write to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A list for people
    Human,
    /// Everything, for programs
    Json,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let Arguments { path: root, manifest, write, format, color } = arguments;
    let path = manifest.unwrap_or_else(|| {
        let folder = if root.is_dir() { root.as_path() } else { root.parent().unwrap_or(&root) };
        folder.join("models.yaml")
    });
    let mut manifest = match fs::metadata(&path) {
        Ok(_) => Some(documents::manifest(&path)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let shown = documents::shown(&path);
            return Err(Failure::new(format!("the manifest `{shown}` cannot be read: {error}")));
        }
    };
    let mut discovered = project::discovered(&root, &path, manifest.as_ref(), &[])?;
    let mut added = None;
    if write {
        let new = missing(&discovered, manifest.as_ref(), &root, &path);
        added = Some(new.len());
        if !new.is_empty() {
            add(&new, manifest.as_ref(), &path)?;
            manifest = Some(documents::manifest(&path)?);
            discovered = project::discovered(&root, &path, manifest.as_ref(), &[])?;
        }
    }
    let listing = listing::Listing {
        discovered: &discovered,
        manifest: manifest.is_some().then(|| documents::shown(&path)),
        added,
    };
    let written = outputs::to_stdout(color, |out| match format {
        Format::Human => listing.human(out),
        Format::Json => listing.json(out),
    });
    written.map_err(outputs::unwritable)?;
    Ok(if discovered.incidents.is_empty() { Verdict::Pass } else { Verdict::Incomplete })
}

/// An entry for every model that is not listed and can be, in the order found.
fn missing(
    discovered: &Discovered,
    manifest: Option<&Manifest>,
    root: &Path,
    path: &Path,
) -> Vec<NewEntry> {
    let entries: &[Entry] = manifest.map_or(&[], |manifest| &manifest.entries);
    let mut names: HashSet<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    let mut known: BTreeSet<(String, Option<String>)> = BTreeSet::new();
    let mut new = Vec::new();
    // A model that is loaded with and without a revision has one entry, with it.
    let pinned: HashSet<String> = discovered
        .references
        .iter()
        .filter(|reference| matches!(reference.found.revision, WrittenRevision::Known(_)))
        .filter_map(|reference| reference.found.reference.repository().map(ToString::to_string))
        .collect();
    for reference in &discovered.references {
        if reference.status != ManifestStatus::Unlisted {
            continue;
        }
        let (source, name) = match &reference.found.reference {
            Reference::Hub(id) | Reference::Address { repository: id, .. } => {
                let absent = !matches!(reference.found.revision, WrittenRevision::Known(_));
                if absent && pinned.contains(&id.to_string()) {
                    continue;
                }
                (format!("hf://{id}"), id.to_string())
            }
            Reference::Local { inside: Some(inside), .. } => {
                (project::from_manifest(root, path, inside), inside.clone())
            }
            Reference::Local { .. }
            | Reference::Elsewhere { .. }
            | Reference::Unresolved { .. } => {
                continue;
            }
        };
        let revision = match &reference.found.revision {
            WrittenRevision::Known(text) => {
                text.parse::<crate::base::Revision>().is_ok().then(|| text.clone())
            }
            WrittenRevision::Absent | WrittenRevision::Unresolved => None,
        };
        let key = (source.to_ascii_lowercase(), revision.clone());
        if !known.insert(key) {
            continue;
        }
        let short = name.rsplit('/').next().unwrap_or(&name).to_owned();
        let own = if names.insert(short) { None } else { Some(unused(&name, &mut names)) };
        new.push(NewEntry { name: own, source, revision });
    }
    new
}

/// A name that no entry has, and takes it.
fn unused(name: &str, names: &mut HashSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number: u32 = 1;
    while !names.insert(candidate.clone()) {
        number = number.saturating_add(1);
        candidate = format!("{name}-{number}");
    }
    candidate
}

/// Writes the manifest with `new` in it, at once or not at all.
fn add(new: &[NewEntry], manifest: Option<&Manifest>, path: &Path) -> Result<(), Failure> {
    let shown = documents::shown(path);
    let text = match manifest {
        None => new_manifest(new),
        Some(manifest) => manifest.appended(new).map_err(|error| {
            let lines: Vec<String> =
                new.iter().map(|entry| format!("`- source: {}`", entry.source)).collect();
            Failure::new(format!("`{shown}` cannot be added to: {error}"))
                .help(format!("add by hand: {}", lines.join(", ")))
        })?,
    };
    let unwritable = |error: io::Error| {
        Failure::new(format!("the manifest `{shown}` cannot be written: {error}"))
    };
    replacing::replace(path, &text).map_err(unwritable)
}
