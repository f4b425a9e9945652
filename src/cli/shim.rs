//! What other rooms are about to provide.

use std::path::Path;
use std::sync::Arc;

use super::documents;
use super::exit::Failure;
use crate::base::{Document, Limits, Place, Severity, Span};
use crate::evidence::Card;
use crate::manifest::Entry;
use crate::policy::{Policy, PolicyLayers};
use crate::source::Snapshot;

/// Reads `- name:`, `source:`, `revision:`, `profile:` lines.
pub(super) fn parse_manifest(document: &Arc<Document>) -> Result<Vec<Entry>, Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut offset = 0;
    for (number, line) in document.text.split_inclusive('\n').enumerate() {
        if line.trim_start().starts_with('#') {
            offset += line.len();
            continue;
        }
        let content = line.trim_start().trim_start_matches("- ").trim_start();
        let new = line.trim_start().starts_with("- ");
        let Some((key, value)) = content.split_once(": ") else {
            offset += line.len();
            continue;
        };
        let value = value.split(" #").next().unwrap_or_default().trim();
        let start = offset + line.find(value).unwrap_or(0);
        let place = Place {
            document: Arc::clone(document),
            span: Span {
                line: number as u32 + 1,
                column: (start - offset) as u32 + 1,
                start,
                end: start + value.len(),
            },
        };
        offset += line.len();
        if key == "version" {
            continue;
        }
        if new {
            entries.push(Entry {
                name: String::new(),
                source: String::new(),
                source_place: place.clone(),
                revision: None,
                revision_place: None,
                files: Vec::new(),
                profile: None,
            });
        }
        let Some(entry) = entries.last_mut() else { continue };
        match key {
            "name" => entry.name = value.to_owned(),
            "source" => {
                entry.source = value.to_owned();
                entry.source_place = place;
                if entry.name.is_empty() {
                    entry.name = value.rsplit('/').next().unwrap_or_default().to_owned();
                }
            }
            "revision" => entry.revision = Some(value.to_owned()),
            "profile" => entry.profile = Some(value.to_owned()),
            "files" => {
                let globs = value.trim_matches(['[', ']']).split(',');
                entry.files = globs.map(|glob| glob.trim().trim_matches('"').to_owned()).collect();
            }
            "version" => {}
            _ => return Err(Failure::new(format!("unknown key `{key}`"))),
        }
    }
    Ok(entries)
}

/// A policy with what it extends, for any profile.
pub(super) struct Policies {
    layers: PolicyLayers,
    documents: Vec<Arc<Document>>,
}

fn rule_ids() -> Vec<&'static str> {
    crate::rules::RULES.iter().map(|rule| rule.meta().id).collect()
}

fn wrong(problems: &[crate::base::Problem]) -> Failure {
    let text = crate::base::render_problems(problems, false);
    Failure::new(format!("the policy cannot be used\n\n{}", text.trim_end()))
}

impl Policies {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let document = documents::read(path, "policy", "`weighstation init` writes one")?;
        let load = |path: &str| std::fs::read(path);
        let shown = path.to_string_lossy();
        let layers = PolicyLayers::read(&shown, Arc::clone(&document), &rule_ids(), &load)
            .map_err(|problems| wrong(&problems))?;
        Ok(Self { layers, documents: vec![document] })
    }
    pub(super) fn baseline() -> Result<Self, Failure> {
        let layers = PolicyLayers::preset("baseline", &rule_ids());
        let layers = layers.map_err(|problems| wrong(&problems))?;
        Ok(Self { layers, documents: Vec::new() })
    }
    pub(super) fn shown(&self) -> String {
        self.layers.title().to_owned()
    }
    pub(super) fn documents(&self) -> Vec<Arc<Document>> {
        self.documents.clone()
    }
    pub(super) fn in_force(
        &self,
        profile: Option<&str>,
        fail_on: Option<Severity>,
    ) -> Result<Arc<Policy>, Failure> {
        let Some(mut policy) = self.layers.effective(profile) else {
            let profile = profile.unwrap_or_default();
            let failure = Failure::new(format!("the policy has no profile `{profile}`"));
            let known = self.layers.profiles();
            return Err(match crate::base::closest(profile, known) {
                Some(known) => failure.help(format!("did you mean `{known}`?")),
                None => failure,
            });
        };
        if let Some(fail_on) = fail_on {
            policy.fail_on = fail_on;
        }
        Ok(Arc::new(policy))
    }
}

pub(super) fn read_card(_snapshot: &Snapshot, _limits: &Limits) -> Option<Card> {
    None
}
