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
        "gate",
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
            "rules",
            "evaluate",
        ],
        World::Touches,
    ),
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
            "gate",
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

/// Rooms in which no two files import each other, over however many others.
const WITHOUT_CIRCLES: &[&str] = &["base", "document", "gate"];

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
            found.push(format!("{start} uses itself through others"));
        }
    }
    found
}

/// The files that a file imports, by their paths below `src/`. A path leads to the longest part of
/// it that is a file; a `mod.rs` that only declares and re-exports leads nowhere.
fn files_named(files: &BTreeMap<String, String>, path: &str) -> BTreeSet<String> {
    let text = &files[path];
    let own: Vec<&str> = path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
    let mut named = BTreeSet::new();
    let mut add = |module: &[&str], rest: &str| {
        for tail in whole_paths(rest) {
            let parts: Vec<&str> = module.iter().copied().chain(tail.split("::")).collect();
            let file = (1..=parts.len()).rev().find_map(|length| {
                let module = parts[..length].join("/");
                [format!("{module}.rs"), format!("{module}/mod.rs")]
                    .into_iter()
                    .find(|file| files.contains_key(file))
            });
            named.extend(file.filter(|file| file != path && !only_declares(file, &files[file])));
        }
    };
    for (at, _) in text.match_indices("crate::") {
        add(&[], &text[at + "crate::".len()..]);
    }
    for (at, _) in text.match_indices("super::") {
        if text[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &text[at..];
        let mut module = own.as_slice();
        while let Some(after) = rest.strip_prefix("super::") {
            module = &module[..module.len().saturating_sub(1)];
            rest = after;
        }
        add(module, rest);
    }
    for line in text.lines() {
        let declared = line.trim_start_matches("pub ").strip_prefix("mod ");
        let Some(child) = declared.and_then(|rest| rest.strip_suffix(';')) else { continue };
        for (at, _) in text.match_indices(&format!("{child}::")) {
            if !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                add(&own, &text[at..]);
            }
        }
    }
    named
}

/// `a::B` is itself; `a::{B, c::{D}}` is `a::B` and `a::c::D`.
fn whole_paths(rest: &str) -> Vec<String> {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let (path, rest) = rest.split_at(end.unwrap_or(rest.len()));
    let path = path.trim_end_matches(':');
    let Some(list) = rest.strip_prefix('{') else { return vec![path.to_owned()] };
    let (mut paths, mut depth, mut begun) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        let ends = depth == 0 && (c == ',' || c == '}');
        if ends {
            for inner in whole_paths(list[begun..at].trim()) {
                paths.push(if path.is_empty() { inner } else { format!("{path}::{inner}") });
            }
            begun = at + 1;
        }
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    paths
}

/// Whether a file is a `mod.rs` that has nothing but declarations and re-exports.
fn only_declares(path: &str, text: &str) -> bool {
    const ITEMS: &[&str] = &["fn ", "struct ", "enum ", "trait ", "impl ", "const ", "static "];
    let is_item = |line: &str| {
        let line = line
            .strip_prefix("pub(")
            .and_then(|line| line.split_once(") "))
            .map_or_else(|| line.trim_start_matches("pub "), |(_, line)| line);
        ITEMS.iter().any(|item| line.starts_with(item))
    };
    path.ends_with("/mod.rs") && !text.lines().any(is_item)
}

/// Files of rooms without circles that import each other.
fn file_circles(files: &BTreeMap<String, String>) -> Vec<String> {
    let is_bound = |path: &&String| {
        path.split_once('/').is_some_and(|(room, _)| WITHOUT_CIRCLES.contains(&room))
    };
    let imports: BTreeMap<&str, BTreeSet<String>> = files
        .keys()
        .filter(is_bound)
        .map(|path| (path.as_str(), files_named(files, path)))
        .collect();
    let graph = imports
        .iter()
        .map(|(path, named)| (*path, named.iter().map(String::as_str).collect()))
        .collect();
    cycles(&graph)
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
fn files_that_import_each_other_are_caught() {
    let found = file_circles(&sources());
    assert!(found.is_empty(), "{}", found.join("\n"));
    let plant = |files: [(&str, &str); 3]| {
        file_circles(&files.map(|(path, text)| (path.to_owned(), text.to_owned())).into())
    };
    let declares = ("gate/mod.rs", "mod a;\nmod b;\npub use a::{A, b::B};\n");
    let two =
        [declares, ("gate/a.rs", "use super::b::B;"), ("gate/b.rs", "use crate::gate::{a::A};")];
    assert_eq!(plant(two).len(), 2);
    let parent = [
        ("gate/mod.rs", "mod a;\nuse a::A;\nfn f() {}\n"),
        ("gate/a.rs", "use super::f;"),
        ("gate/b.rs", ""),
    ];
    assert_eq!(plant(parent).len(), 2);
    let none = [declares, ("gate/a.rs", "use super::{b::B, A};"), ("gate/b.rs", "")];
    assert_eq!(plant(none), Vec::<String>::new());
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
