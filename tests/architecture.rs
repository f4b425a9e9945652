//! The rooms of the house and the direction of flow between them, checked against the code.
//!
//! The first folder below `src/` is the room. The test collects every `crate::room` that a file
//! names, also in nested `use` trees, and every `super::…::room` that climbs out of its own room.
//! It is a match of text: comments and documentation links count too, which keeps them honest.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a test that cannot do its work is to fail there and then"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms, what they may use, and whether they may touch the world.
const ROOMS: &[(&str, &[&str], World)] = &[
    ("base", &[], World::Pure),
    ("document", &["base"], World::Pure),
    ("license", &["base"], World::Pure),
    ("evidence", &["base", "document"], World::Pure),
    ("manifest", &["base", "document"], World::Pure),
    ("policy", &["base", "document", "license"], World::Pure),
    ("lock", &["base", "document"], World::Pure),
    ("finding", &["base", "document", "license", "evidence"], World::Pure),
    ("discover", &["base", "document", "evidence"], World::Pure),
    ("source", &["base", "manifest", "evidence"], World::Touches),
    ("analyse", &["base", "document", "evidence"], World::Pure),
    ("facts_cache", &["base", "evidence"], World::Pure),
    (
        "rules",
        &["base", "document", "license", "manifest", "policy", "lock", "evidence", "finding"],
        World::Pure,
    ),
    (
        "evaluate",
        &[
            "base", "document", "license", "manifest", "policy", "lock", "evidence", "finding",
            "rules",
        ],
        World::Pure,
    ),
    ("report", &["base", "document", "license", "evidence", "finding"], World::Pure),
    (
        "cli",
        &[
            "base",
            "document",
            "license",
            "manifest",
            "policy",
            "lock",
            "evidence",
            "finding",
            "source",
            "analyse",
            "facts_cache",
            "discover",
            "rules",
            "evaluate",
            "report",
        ],
        World::Touches,
    ),
];

/// What a pure room may not name.
const WORLDLY: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread::sleep",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "ureq::",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
];

/// The files of pure rooms that touch the file system for the rest of their room.
const OPENS_FILES: &[&str] = &[
    "base/read_at.rs",
    "facts_cache/folder.rs",
    "facts_cache/sighting.rs",
    "facts_cache/tests.rs",
];

/// Crates that are used in one place only, so that they can be replaced there.
const CONFINED: &[(&str, &str)] = &[
    ("serde_saphyr", "document/"),
    ("serde_sarif", "report/sarif/"),
    ("clap::", "cli/"),
    ("indicatif", "cli/progress.rs"),
    ("ureq::", "source/http/"),
    ("rustpython_ruff", "discover/python/"),
];

/// Names that a file gets when nobody knows what is in it.
const DRAWERS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "shared"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Pure,
    Touches,
}

/// Every violation in a set of files, given by their paths below `src/`.
fn violations(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (path, text) in files {
        for part in path.trim_end_matches(".rs").split('/') {
            if DRAWERS.contains(&part) {
                found.push(format!("{path}: `{part}` names a drawer; name it by what is in it"));
            }
        }
        for (name, home) in CONFINED {
            if text.contains(name) && !path.starts_with(home) {
                found.push(format!("{path}: `{name}` is used in {home} only"));
            }
        }
        let Some((room, _)) = path.split_once('/') else {
            continue; // lib.rs and main.rs: the front door.
        };
        let Some((room, allowed, world)) = ROOMS.iter().find(|(name, ..)| *name == room) else {
            found.push(format!("{path}: `{room}` is no room of the table"));
            continue;
        };
        for used in rooms_named(path, text) {
            let Some((used, ..)) = ROOMS.iter().find(|(name, ..)| *name == used) else { continue };
            if used != room {
                graph.entry(room).or_default().insert(used);
                if !allowed.contains(used) {
                    found.push(format!("{path}: {room} may not use {used}"));
                }
            }
        }
        if *world == World::Pure && !OPENS_FILES.contains(&path.as_str()) {
            for word in WORLDLY {
                if names_word(text, word) {
                    found.push(format!("{path}: {room} is pure and may not use {word}"));
                }
            }
        }
    }
    found.extend(cycles(&graph));
    found
}

/// Whether the text has the word, not as the end of a longer one (`eprintln!` has no `println!`).
fn names_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(part_of_word))
}

/// The first segments of all paths that begin with `crate::`, or with as many `super::` as lead
/// out of the file's own room.
fn rooms_named(path: &str, text: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        named.extend(first_segments(&text[at + "crate::".len()..]));
    }
    // `a/b/c.rs` is the module a::b::c; three `super` lead to the root. Modules written inside the
    // file are deeper, which only makes this more careful.
    let is_module_file = path.ends_with("/mod.rs");
    let depth = path.split('/').count() - usize::from(is_module_file);
    let climb = "super::".repeat(depth);
    for (at, _) in text.match_indices(&climb) {
        if !text[..at].ends_with("super::") {
            named.extend(first_segments(&text[at + climb.len()..]));
        }
    }
    named
}

/// `a::b` gives a; `{a, b::{c, d}}` gives a and b.
fn first_segments(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(list) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let mut segments = vec![word(list)];
    let mut depth = 0;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => segments.push(word(&list[at + 1..])),
            _ => {}
        }
    }
    segments
}

/// Rooms that use each other, over however many others.
fn cycles(graph: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let mut found = Vec::new();
    for start in graph.keys() {
        let mut reached = BTreeSet::new();
        let mut pending: Vec<&str> = graph[start].iter().copied().collect();
        while let Some(room) = pending.pop() {
            if reached.insert(room) {
                pending.extend(graph.get(room).into_iter().flatten());
            }
        }
        if reached.contains(start) {
            found.push(format!("{start} uses itself through other rooms"));
        }
    }
    found
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut pending: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap();
                files.insert(inside.replace('\\', "/"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn every_room_keeps_to_the_table() {
    let files = sources();
    assert!(files.len() > 30, "the sources were found");
    let found = violations(&files);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_room_of_the_table_exists_and_is_declared() {
    let files = sources();
    for (room, ..) in ROOMS {
        assert!(files.contains_key(&format!("{room}/mod.rs")), "{room}");
        assert!(files["lib.rs"].contains(&format!("pub mod {room};")), "{room}");
    }
}

/// What the test says of one planted file.
fn planted(path: &str, text: &str) -> Vec<String> {
    violations(&BTreeMap::from([(path.to_owned(), text.to_owned())]))
}

#[test]
fn a_wrong_import_is_caught_however_it_is_written() {
    let wrong = [
        ("analyse/x.rs", "use crate::policy::Policy;"),
        ("analyse/x.rs", "use crate::{base::Limits, rules::{Case, Rule}};"),
        ("analyse/x.rs", "use crate::{\n    base::{Limits, ReadAt},\n    policy,\n};"),
        ("analyse/x.rs", "fn f(p: &crate::finding::Finding) {}"),
        ("analyse/a/mod.rs", "use super::super::policy::Policy;"),
        ("analyse/a/b.rs", "use super::super::super::rules;"),
        ("base/x.rs", "/// See [`Rule`](crate::rules::Rule)."),
        ("report/x.rs", "use crate::policy::Policy;"),
        ("report/x.rs", "use weighstation::x; use crate::cli::run;"),
        ("rules/x.rs", "use crate::analyse::analyse_file;"),
        ("policy/x.rs", "use crate::rules::RULES;"),
    ];
    for (path, text) in wrong {
        let found = planted(path, text);
        assert!(found.iter().any(|it| it.contains("may not use")), "{path}: {text}: {found:?}");
    }
}

#[test]
fn a_right_import_is_not() {
    let right = [
        (
            "analyse/x.rs",
            "use crate::{base::{Limits, ReadAt}, evidence::Fact}; use crate::analyse::Stop;",
        ),
        ("analyse/a/b.rs", "use super::super::probe::Probe;"),
        ("cli/x.rs", "use crate::{policy, rules}; use std::process::ExitCode;"),
        ("source/x.rs", "use std::fs; use crate::evidence::Fact;"),
        ("base/read_at.rs", "use std::fs::File;"),
        ("lib.rs", "pub mod anything;"),
    ];
    for (path, text) in right {
        assert_eq!(planted(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn touching_the_world_in_a_pure_room_is_caught() {
    for word in WORLDLY.iter().filter(|word| **word != "ureq::") {
        let found = planted("rules/x.rs", &format!("fn f() {{ {word} }}"));
        assert_eq!(found.len(), 1, "{word}: {found:?}");
    }
}

#[test]
fn an_unknown_room_a_drawer_a_stray_crate_and_a_circle_are_caught() {
    assert_eq!(planted("attic/x.rs", "").len(), 1);
    assert_eq!(planted("base/utils.rs", "").len(), 1);
    assert_eq!(planted("rules/helpers/x.rs", "").len(), 1);
    assert_eq!(planted("policy/x.rs", "use serde_saphyr::from_str;").len(), 1);
    assert_eq!(planted("report/json.rs", "use serde_sarif::sarif;").len(), 1);
    let circle = BTreeMap::from([
        ("finding/x.rs".to_owned(), "use crate::evidence::Fact;".to_owned()),
        ("evidence/x.rs".to_owned(), "use crate::finding::Finding;".to_owned()),
    ]);
    assert!(violations(&circle).iter().any(|it| it.contains("uses itself")));
}

/// Pairs that import each other still. The list only shrinks: a new pair fails the test, and who
/// separates one takes its line away.
const KNOWN_PAIRS: &[(&str, &str)] = &[
    ("analyse/pickle/detect.rs", "analyse/pickle/record.rs"),
    ("cli/completions.rs", "cli/mod.rs"),
    ("cli/examine/mod.rs", "cli/examine/one_file.rs"),
    ("cli/examine/mod.rs", "cli/examine/sums.rs"),
    ("cli/examine/mod.rs", "cli/examine/work.rs"),
    ("cli/examine/one_file.rs", "cli/examine/recall/local.rs"),
    ("cli/examine/one_file.rs", "cli/examine/recall/mod.rs"),
    ("cli/examine/recall/local.rs", "cli/examine/recall/mod.rs"),
    ("cli/examine/recall/mod.rs", "cli/examine/recall/remote.rs"),
    ("cli/man.rs", "cli/mod.rs"),
    ("discover/commands.rs", "discover/shell/mod.rs"),
    ("discover/dockerfile.rs", "discover/mod.rs"),
    ("discover/javascript/names.rs", "discover/javascript/values.rs"),
    ("discover/mod.rs", "discover/notebook.rs"),
    ("discover/mod.rs", "discover/settings.rs"),
    ("discover/mod.rs", "discover/sink.rs"),
    ("discover/python/calls.rs", "discover/python/mod.rs"),
    ("discover/python/loaders/mod.rs", "discover/python/loaders/table.rs"),
    ("discover/python/objects.rs", "discover/python/values.rs"),
    ("discover/python/texts.rs", "discover/python/values.rs"),
    ("discover/reference/address.rs", "discover/reference/mod.rs"),
    ("discover/shell/mod.rs", "discover/shell/words.rs"),
    ("document/located.rs", "document/problem.rs"),
    ("evidence/archive.rs", "evidence/mod.rs"),
    ("evidence/coverage.rs", "evidence/mod.rs"),
    ("evidence/file.rs", "evidence/mod.rs"),
    ("evidence/mod.rs", "evidence/pickle.rs"),
    ("evidence/mod.rs", "evidence/reference.rs"),
    ("facts_cache/folder.rs", "facts_cache/mod.rs"),
    ("facts_cache/mod.rs", "facts_cache/sealed.rs"),
    ("finding/baseline.rs", "finding/mod.rs"),
    ("finding/baseline.rs", "finding/report.rs"),
    ("finding/mod.rs", "finding/report.rs"),
    ("finding/mod.rs", "finding/waiver.rs"),
    ("license/expression.rs", "license/term.rs"),
    ("lock/comparison.rs", "lock/mod.rs"),
    ("lock/mod.rs", "lock/reading.rs"),
    ("lock/mod.rs", "lock/writing.rs"),
    ("manifest/appending.rs", "manifest/mod.rs"),
    ("manifest/mod.rs", "manifest/reading.rs"),
    ("policy/waiving/mod.rs", "policy/waiving/places.rs"),
    ("report/azure.rs", "report/mod.rs"),
    ("report/cyclonedx/mod.rs", "report/mod.rs"),
    ("report/gathering/mod.rs", "report/gathering/text.rs"),
    ("report/github/annotations.rs", "report/mod.rs"),
    ("report/github/outputs.rs", "report/mod.rs"),
    ("report/github/summary.rs", "report/mod.rs"),
    ("report/gitlab/code_quality.rs", "report/mod.rs"),
    ("report/gitlab/sast.rs", "report/mod.rs"),
    ("report/human/baseline.rs", "report/human/mod.rs"),
    ("report/human/group.rs", "report/human/mod.rs"),
    ("report/human/mod.rs", "report/human/model.rs"),
    ("report/human/mod.rs", "report/human/summary.rs"),
    ("report/human/mod.rs", "report/mod.rs"),
    ("report/json/mod.rs", "report/mod.rs"),
    ("report/junit.rs", "report/mod.rs"),
    ("report/mod.rs", "report/sarif/mod.rs"),
    ("rules/case.rs", "rules/rule.rs"),
    ("source/http/client.rs", "source/http/exchange.rs"),
    ("source/http/proxies.rs", "source/http/settings.rs"),
    ("source/http/remote_file/mod.rs", "source/http/remote_file/stream.rs"),
    ("source/hub/ask.rs", "source/hub/mod.rs"),
    ("source/local/mod.rs", "source/local/walk.rs"),
    ("source/local/mod.rs", "source/mod.rs"),
    ("source/mod.rs", "source/sources.rs"),
];

/// Pairs of files that import each other, each pair once, by what they name: `crate::`, `super::`
/// and `self::` paths, and the modules that a file declares. A name that a `mod.rs` re-exports
/// leads to the file it comes from; one that only declares and re-exports is no file of the graph.
fn mutual_imports(files: &BTreeMap<String, String>) -> BTreeSet<(String, String)> {
    let modules = Modules::new(files);
    let mut edges = BTreeSet::new();
    for (module, (path, text)) in &modules.files {
        if !modules.is_doorway(module) {
            for used in modules.used_by(module, text) {
                if used != *path {
                    edges.insert((path.clone(), used));
                }
            }
        }
    }
    let mutual =
        |(from, to): &&(String, String)| from < to && edges.contains(&(to.clone(), from.clone()));
    edges.iter().filter(mutual).cloned().collect()
}

/// The modules of the crate: each with its path below `src/` and its code without tests and comments.
struct Modules {
    files: BTreeMap<Vec<String>, (String, String)>,
}

impl Modules {
    fn new(files: &BTreeMap<String, String>) -> Self {
        let is_test = |path: &str| path.split('/').any(|part| part.contains("test"));
        let files = files.iter().filter(|(path, _)| !is_test(path)).map(|(path, text)| {
            let name = path.trim_end_matches(".rs").trim_end_matches("/mod");
            let name = if name == "lib" { "" } else { name };
            let module = name.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let lines = text.lines().map(|line| line.split("//").next().unwrap());
            (module.collect(), (path.clone(), lines.collect::<Vec<_>>().join("\n")))
        });
        Self { files: files.collect() }
    }

    /// Whether the module only declares and re-exports.
    fn is_doorway(&self, module: &[String]) -> bool {
        let (path, text) = &self.files[module];
        let declares = path.ends_with("mod.rs") || path == "lib.rs";
        declares
            && text.split(';').all(|statement| {
                let mut words = statement.split_whitespace().skip_while(|word| {
                    word.starts_with("pub")
                        || word.starts_with("#[")
                        || word.ends_with(']')
                        || *word == "in"
                        || word.ends_with(')')
                });
                matches!(words.next(), None | Some("mod" | "use"))
            })
    }

    /// The files whose names the text uses.
    fn used_by(&self, module: &[String], text: &str) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        let mut pending: Vec<(Vec<String>, String)> = paths_named(text);
        for child in self.files.keys() {
            if child.len() == module.len() + 1 && child.starts_with(module) {
                let name = child.last().unwrap();
                pending.extend(paths_below(text, name).into_iter().map(|mut path| {
                    path.insert(0, "self".to_owned());
                    let name = path.last().unwrap().clone();
                    (path, name)
                }));
            }
        }
        while let Some((path, name)) = pending.pop() {
            let Some((target, item)) = self.resolve(module, &path, 0) else { continue };
            match item {
                Some(_) => _ = used.insert(self.files[&target].0.clone()),
                // A module was named: what is used below it counts.
                None if target != module && path.last().is_some_and(|last| last != "super") => {
                    for mut below in paths_below(text, &name) {
                        below.splice(..1, target.iter().cloned());
                        below.insert(0, "crate".to_owned());
                        let name = below.last().unwrap().clone();
                        pending.push((below, name));
                    }
                }
                None => {}
            }
        }
        used
    }

    /// The module that a path leads to and the item in it, if it goes on to one.
    fn resolve(
        &self,
        from: &[String],
        path: &[String],
        depth: usize,
    ) -> Option<(Vec<String>, Option<String>)> {
        let mut at = from.to_vec();
        let mut rest = path.iter().peekable();
        while let Some(word) =
            rest.next_if(|word| matches!(word.as_str(), "crate" | "self" | "super"))
        {
            match word.as_str() {
                "crate" => at.clear(),
                "super" => _ = at.pop()?,
                _ => {}
            }
        }
        while let Some(word) = rest.peek() {
            let mut below = at.clone();
            below.push((*word).clone());
            if !self.files.contains_key(&below) {
                break;
            }
            at = below;
            rest.next();
        }
        let Some(item) = rest.next() else { return Some((at, None)) };
        let (_, text) = self.files.get(&at)?;
        // A name that is re-exported here comes from elsewhere.
        let local = |path: &[String]| {
            path.first().is_some_and(|first| {
                matches!(first.as_str(), "crate" | "self" | "super")
                    || self.files.contains_key(&[&at[..], &[first.clone()]].concat())
            })
        };
        for (mut exported, name) in uses(text) {
            if name == *item && depth < 8 && local(&exported) {
                if !matches!(exported[0].as_str(), "crate" | "self" | "super") {
                    exported.insert(0, "self".to_owned());
                }
                exported.extend(rest.cloned());
                return self.resolve(&at, &exported, depth + 1);
            }
        }
        Some((at, Some(item.clone())))
    }
}

/// Every path of the `use` statements, with the name that it gives.
fn uses(text: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        if let Some(at) = statement.rfind("use ") {
            if statement[..at].ends_with(|c: char| c.is_whitespace()) || at == 0 {
                expand(&statement[at + 4..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Every path that begins with `crate::`, `super::` or `self::`.
fn paths_named(text: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in text.match_indices(root) {
            if !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                expand(&text[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Every path that begins with this module's name.
fn paths_below(text: &str, name: &str) -> Vec<Vec<String>> {
    let root = format!("{name}::");
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&root) {
        if !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            expand(&text[at..], &mut Vec::new(), &mut found);
        }
    }
    found.into_iter().map(|(path, _)| path).collect()
}

/// Expands `a::{b, c as d}` into its paths; returns how much of the text that took.
fn expand(text: &str, prefix: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) -> usize {
    let depth = prefix.len();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if text[at..].starts_with('{') {
            at += 1;
            loop {
                at += text[at..].len() - text[at..].trim_start_matches([' ', '\n', ',']).len();
                if at >= text.len() || text[at..].starts_with('}') {
                    break;
                }
                let taken = expand(&text[at..], prefix, found);
                if taken == 0 {
                    break;
                }
                at += taken;
            }
            at = (at + 1).min(text.len());
            break;
        }
        let word: String = text[at..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '*')
            .collect();
        if word.is_empty() {
            break;
        }
        at += word.len();
        if !(word == "self" && depth > 0) {
            prefix.push(word);
        }
        if text[at..].starts_with("::") && !text[at..].starts_with("::<") {
            at += 2;
            continue;
        }
        let mut name = prefix.last().unwrap().clone();
        if let Some(alias) = text[at..].strip_prefix(" as ") {
            let alias: String =
                alias.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            at += 4 + alias.len();
            name = alias;
        }
        found.push((prefix.clone(), name));
        break;
    }
    prefix.truncate(depth);
    at
}

#[test]
fn no_two_files_import_each_other() {
    let found = mutual_imports(&sources());
    let known =
        |(one, other): &&(String, String)| KNOWN_PAIRS.contains(&(one.as_str(), other.as_str()));
    let new: Vec<_> = found.iter().filter(|pair| !known(pair)).collect();
    assert!(new.is_empty(), "{new:#?}");
}

#[test]
fn mutual_imports_are_seen_through_nested_trees_and_doorways() {
    let files = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    };
    let pair = BTreeSet::from([("a/x.rs".to_owned(), "a/y.rs".to_owned())]);
    for seen in [
        [
            ("a/mod.rs", "mod x; mod y;"),
            ("a/x.rs", "use super::y::Y;"),
            ("a/y.rs", "use super::x::X;"),
        ],
        [
            ("a/mod.rs", "mod x;\nmod y;\npub use x::X;\npub(super) use y::{Y, Z};"),
            ("a/x.rs", "use crate::a::{Other, Y as Why};"),
            ("a/y.rs", "fn f() { crate::a::X; }"),
        ],
        [
            ("a/mod.rs", "mod x; mod y;"),
            ("a/x.rs", "use super::y;\nfn f() { y::g(); }"),
            ("a/y.rs", "use super::x::X;"),
        ],
    ] {
        assert_eq!(mutual_imports(&files(&seen)), pair, "{seen:?}");
    }
    let one_way = [
        ("a/mod.rs", "mod x; mod y;"),
        ("a/x.rs", "use super::y::Y;"),
        ("a/y.rs", "// crate::a::x::X"),
    ];
    assert!(mutual_imports(&files(&one_way)).is_empty());
}
