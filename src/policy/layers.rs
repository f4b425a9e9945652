//! A policy with everything that it extends, in the order in which one overrides the other.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use super::layer::Layer;
use super::presets::{PRESETS, Preset, is_preset_name};
use super::reading::read_policy;
use super::settings::{Merged, Policy, Settings};
use super::written::{Extends, WrittenPolicy};
use crate::base::{Untrusted, closest, quoted};
use crate::document::{Document, Located, Place, Problem};

/// How many policies may extend one another in a chain.
const LONGEST_CHAIN: usize = 16;

/// How many profiles a policy may have, its layers together.
const MOST_PROFILES: usize = 100;

/// How many policies may come together.
const MOST_DOCUMENTS: usize = 64;

/// Reads a policy file that another one extends: the path as resolved, the bytes back.
pub type Loader<'a> = dyn Fn(&str) -> io::Result<Vec<u8>> + 'a;

/// A policy and all that it extends, read and checked: ready to be applied to any entry.
///
/// Of the layers, lowest first, each overrides those before it: the policies that a file extends
/// in the order listed (each with what it extends itself), then the file. A policy that is reached
/// in several ways is applied once, where it is reached first. A profile comes on top of all
/// files: in each layer that has it, what it extends and then its own settings.
#[derive(Debug)]
pub struct PolicyLayers {
    documents: Vec<Read>,
    /// Indices of `documents`, lowest layer first.
    order: Vec<usize>,
    /// For each profile name, in order of appearance: what it adds on top, lowest first.
    profiles: Vec<(String, Vec<ProfileLayer>)>,
}

#[derive(Debug)]
struct Read {
    document: Arc<Document>,
    preset: Option<&'static Preset>,
    policy: WrittenPolicy,
}

/// One piece of a profile: all settings of a document that it extends, or its own.
#[derive(Clone, Copy, Debug)]
enum ProfileLayer {
    Extended { document: usize },
    Own { document: usize, profile: usize },
}

impl PolicyLayers {
    /// Reads a preset by name, with what it extends.
    ///
    /// # Errors
    /// An unknown preset, with its nearest name; and, if the program was built badly, whatever is
    /// wrong with the preset.
    pub fn preset(name: &str, known_rules: &[&str]) -> Result<Self, Vec<Problem>> {
        let nothing = |path: &str| Err(io::Error::new(io::ErrorKind::NotFound, path.to_owned()));
        let mut stack = Stack::new(known_rules, &nothing);
        match Preset::find(name) {
            Some(preset) => {
                let index = stack.read_preset(preset);
                stack.finish(index)
            }
            None => {
                let document = Arc::new(Document { path: name.to_owned(), text: String::new() });
                Err(vec![unknown_preset(document.whole(), name)])
            }
        }
    }

    /// Reads the policy file that `document` holds, with what it extends.
    ///
    /// `path` is what paths in its `extends` are relative to; `load` reads those files.
    ///
    /// # Errors
    /// Everything that is wrong in any of the files.
    pub fn read(
        path: &str,
        document: Arc<Document>,
        known_rules: &[&str],
        load: &Loader<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let mut stack = Stack::new(known_rules, load);
        let index = stack.read_document(Key::File(normalized(path)), document, None);
        stack.finish(index)
    }

    /// How the policy is called in reports: its path, or `preset baseline`.
    pub fn title(&self) -> &str {
        let top = self.order.last().and_then(|index| self.documents.get(*index));
        top.map_or("", |read| read.document.path.as_str())
    }

    /// The files that it is read from, presets not counted.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.documents.iter().filter(|read| read.preset.is_none()).map(|read| &read.document)
    }

    /// The names of all profiles.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().map(|(name, _)| name.as_str())
    }

    /// The policy in force for an entry with this profile, or for one without any. `None` if
    /// there is no such profile.
    pub fn effective(&self, profile: Option<&str>) -> Option<Policy> {
        self.merged(profile).map(|merged| merged.policy())
    }

    /// The policy in force for an entry whose profile is written at `place`.
    ///
    /// # Errors
    /// There is no such profile: points at the manifest.
    pub fn for_profile(&self, profile: &str, place: &Place) -> Result<Policy, Problem> {
        self.effective(Some(profile)).ok_or_else(|| {
            let message =
                format!("`{}` has no profile `{}`", Untrusted(self.title()), quoted(profile));
            let problem = Problem::new(place.clone(), message);
            match closest(profile, self.profiles()) {
                Some(suggestion) => problem.did_you_mean(Some(suggestion)),
                None if self.profiles.is_empty() => problem.help("it defines no profiles"),
                None => {
                    let names: Vec<String> =
                        self.profiles().map(|name| format!("`{}`", quoted(name))).collect();
                    problem.help(format!("its profiles are {}", names.join(", ")))
                }
            }
        })
    }

    /// The policy in force as a policy file with a comment on where each value comes from. `None`
    /// if there is no such profile.
    pub fn show(&self, profile: Option<&str>) -> Option<String> {
        self.merged(profile).map(|merged| merged.show())
    }

    fn merged(&self, profile: Option<&str>) -> Option<Merged<'_>> {
        let mut layers: Vec<(Layer<'_>, &Settings)> =
            self.order.iter().filter_map(|index| self.file_layer(*index)).collect();
        if let Some(profile) = profile {
            let (_, added) = self.profiles.iter().find(|(name, _)| name == profile)?;
            layers.extend(added.iter().filter_map(|layer| match *layer {
                ProfileLayer::Extended { document } => self.file_layer(document),
                ProfileLayer::Own { document, profile } => {
                    let read = self.documents.get(document)?;
                    let written = read.policy.profiles.get(profile)?;
                    Some((read.layer(Some(&written.name.value)), &written.settings))
                }
            }));
        }
        Some(Merged::of(&layers))
    }

    fn file_layer(&self, index: usize) -> Option<(Layer<'_>, &Settings)> {
        let read = self.documents.get(index)?;
        Some((read.layer(None), &read.policy.settings))
    }
}

impl Read {
    fn layer<'a>(&'a self, profile: Option<&'a str>) -> Layer<'a> {
        Layer { document: &self.document, preset: self.preset.is_some(), profile }
    }
}

/// What makes a policy the same policy, however it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Preset(&'static str),
    File(String),
}

/// Policies while they are being read.
struct Stack<'a> {
    known_rules: &'a [&'a str],
    load: &'a Loader<'a>,
    documents: Vec<Read>,
    keys: Vec<Key>,
    known: HashMap<Key, usize>,
    problems: Vec<Problem>,
    /// Whether something that is extended is missing, so that what it defines is not known.
    incomplete: bool,
}

impl<'a> Stack<'a> {
    fn new(known_rules: &'a [&'a str], load: &'a Loader<'a>) -> Self {
        Self {
            known_rules,
            load,
            documents: Vec::new(),
            keys: Vec::new(),
            known: HashMap::new(),
            problems: Vec::new(),
            incomplete: false,
        }
    }

    fn read_preset(&mut self, preset: &'static Preset) -> usize {
        let key = Key::Preset(preset.name);
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        let document = Arc::new(Document { path: preset.title(), text: preset.text.to_owned() });
        self.read_document(key, document, Some(preset))
    }

    fn read_document(
        &mut self,
        key: Key,
        document: Arc<Document>,
        preset: Option<&'static Preset>,
    ) -> usize {
        let (policy, problems) = read_policy(Arc::clone(&document), self.known_rules);
        self.problems.extend(problems);
        let index = self.documents.len();
        self.documents.push(Read { document, preset, policy });
        self.keys.push(key.clone());
        self.known.insert(key, index);
        index
    }

    /// The policy that `name` in the `extends` of the policy `from` means.
    fn extended(&mut self, from: usize, name: &Located<String>) -> Option<usize> {
        let read = self.documents.get(from)?;
        let place = Place { document: Arc::clone(&read.document), span: name.span };
        let text = name.value.as_str();
        if is_preset_name(text) {
            let Some(preset) = Preset::find(text) else {
                self.problems.push(unknown_preset(place, text));
                return None;
            };
            return Some(self.read_preset(preset));
        }
        let Some(Key::File(base)) = self.keys.get(from) else {
            self.problems.push(Problem::new(place, "a preset extends presets only"));
            return None;
        };
        let path = beside(base, text);
        let key = Key::File(path.clone());
        if let Some(index) = self.known.get(&key) {
            return Some(*index);
        }
        if self.documents.len() >= MOST_DOCUMENTS {
            let message = format!("more than {MOST_DOCUMENTS} policies in one");
            self.problems.push(Problem::new(place, message));
            return None;
        }
        let bytes = match (self.load)(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.problems.push(unreadable(place, text, &path, &error));
                return None;
            }
        };
        match Document::from_bytes(path, &bytes) {
            Ok(document) => Some(self.read_document(key, document, None)),
            Err(problem) => {
                self.problems.push(problem.related(place, "extended here"));
                None
            }
        }
    }

    /// Appends to `order` what `extends` names, lowest first.
    fn extend(
        &mut self,
        from: usize,
        extends: &Extends,
        chain: &mut Chain,
        order: &mut Vec<usize>,
    ) {
        for name in extends.extends.iter().flatten() {
            let Some(index) = self.extended(from, name) else {
                self.incomplete = true;
                continue;
            };
            let Some(read) = self.documents.get(from) else { continue };
            let place = Place { document: Arc::clone(&read.document), span: name.span };
            if let Some(problem) = chain.forbids(index, &place) {
                self.problems.push(problem);
            } else if !order.contains(&index) {
                chain.links.push((index, place));
                self.visit(index, chain, order);
                chain.links.pop();
            }
        }
    }

    /// Appends what a policy extends and then the policy itself.
    fn visit(&mut self, index: usize, chain: &mut Chain, order: &mut Vec<usize>) {
        let extends = self.documents.get(index).map(|read| read.policy.extends.clone());
        self.extend(index, &extends.unwrap_or_default(), chain, order);
        order.push(index);
    }

    fn finish(mut self, top: usize) -> Result<PolicyLayers, Vec<Problem>> {
        let mut order = Vec::new();
        let start = self.documents.get(top).map(|read| read.document.whole());
        let mut chain = Chain { links: start.map(|place| (top, place)).into_iter().collect() };
        self.visit(top, &mut chain, &mut order);
        let profiles = self.profiles(&order);
        let Self { documents, mut problems, incomplete, .. } = self;
        let layers = PolicyLayers { documents, order, profiles };
        if incomplete {
            return Err(problems);
        }
        let names = std::iter::once(None).chain(layers.profiles().map(Some));
        let merged = names.filter_map(|profile| layers.merged(profile));
        // Two profiles may share the layer that is wrong.
        let mut seen = HashSet::new();
        problems.extend(merged.flat_map(|merged| merged.problems()).filter(|problem| {
            seen.insert((problem.place.document.path.clone(), problem.place.span))
        }));
        if problems.is_empty() { Ok(layers) } else { Err(problems) }
    }

    /// Collects the profiles of all layers.
    fn profiles(&mut self, order: &[usize]) -> Vec<(String, Vec<ProfileLayer>)> {
        let mut profiles: Vec<(String, Vec<ProfileLayer>)> = Vec::new();
        for &document in order {
            let Some(read) = self.documents.get(document) else { continue };
            let written: Vec<(String, Extends)> = read
                .policy
                .profiles
                .iter()
                .map(|profile| (profile.name.value.clone(), profile.extends.clone()))
                .collect();
            for (profile, (name, extends)) in written.into_iter().enumerate() {
                let mut added = Vec::new();
                // A profile may extend the very policy that it stands in: there is nothing to add
                // then, and no circle.
                let mut chain = Chain { links: Vec::new() };
                self.extend(document, &extends, &mut chain, &mut added);
                let at = profiles.iter().position(|(known, _)| *known == name);
                if at.is_none() && profiles.len() >= MOST_PROFILES {
                    let message = format!("more than {MOST_PROFILES} profiles");
                    let place = self.documents.get(document).map(|read| read.document.whole());
                    self.problems.extend(place.map(|place| Problem::new(place, message)));
                    return profiles;
                }
                let at = at.unwrap_or_else(|| {
                    profiles.push((name, Vec::new()));
                    profiles.len().saturating_sub(1)
                });
                let Some((_, layers)) = profiles.get_mut(at) else { continue };
                let new = added.into_iter().filter(|index| !order.contains(index));
                layers.extend(new.map(|document| ProfileLayer::Extended { document }));
                layers.push(ProfileLayer::Own { document, profile });
            }
        }
        profiles
    }
}

/// The policies of which each extends the next, and where it says so.
struct Chain {
    links: Vec<(usize, Place)>,
}

impl Chain {
    fn forbids(&self, index: usize, place: &Place) -> Option<Problem> {
        if self.links.iter().any(|(link, _)| *link == index) {
            let problem =
                Problem::new(place.clone(), "this policy extends itself, by way of others");
            let direct = self.links.last().is_some_and(|(link, _)| *link == index);
            if direct {
                return Some(Problem::new(place.clone(), "this policy extends itself"));
            }
            let after = self.links.iter().skip_while(|(link, _)| *link != index).skip(1);
            return Some(after.fold(problem, |problem, (_, place)| {
                problem.related(place.clone(), "which is extended here")
            }));
        }
        (self.links.len() >= LONGEST_CHAIN).then(|| {
            let message = format!("a chain of more than {LONGEST_CHAIN} policies");
            Problem::new(place.clone(), message)
        })
    }
}

fn unknown_preset(place: Place, name: &str) -> Problem {
    let problem = Problem::new(place, format!("there is no preset `{}`", quoted(name)));
    match closest(name, PRESETS.iter().map(|preset| preset.name)) {
        Some(suggestion) => problem.did_you_mean(Some(suggestion)),
        None => {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            problem
                .help(format!("the presets are {}", names.join(", ")))
                .help("a path holds a `/` or ends in `.yaml`")
        }
    }
}

fn unreadable(place: Place, written: &str, path: &str, error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::NotFound {
        let problem = Problem::new(place, format!("there is no file `{}`", quoted(path)));
        return if written == path {
            problem
        } else {
            problem.help("paths are relative to the policy that names them")
        };
    }
    Problem::new(place, format!("cannot read `{}`: {error}", quoted(path)))
}

/// The path that `relative` means in the file `base`.
fn beside(base: &str, relative: &str) -> String {
    if relative.starts_with('/') {
        return normalized(relative);
    }
    match base.rsplit_once('/') {
        Some((folder, _)) => normalized(&format!("{folder}/{relative}")),
        None => normalized(relative),
    }
}

/// A path without `.`, doubled slashes and `x/..`, so that one file has one name. It is resolved
/// by its letters alone: symbolic links are not looked at.
fn normalized(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
