//! The documentation says what the program does: commands print what is shown, keys, flags,
//! budgets and rules are all named, links lead somewhere.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use weighstation::base::Limits;
use weighstation::document::Document;
use weighstation::lock::{Lock, lock_schema};
use weighstation::manifest::{Manifest, manifest_schema};
use weighstation::policy::{BUILT_IN_SECTIONS, PRESETS, PolicyLayers, PresetKind, policy_schema};
use weighstation::rules::RULES;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every page, by its path from the root of the repository.
fn pages() -> Vec<(String, String)> {
    let mut paths: Vec<String> =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(str::to_owned).into();
    for folder in ["docs", "docs/pipelines"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                paths.push(format!("{folder}/{name}"));
            }
        }
    }
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

/// A fenced block that stands at the beginning of the line: its language and its lines.
fn blocks(page: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match (inside, line.strip_prefix("```")) {
            (false, Some(language)) => {
                blocks.push((language.to_owned(), Vec::new()));
                inside = true;
            }
            (true, Some(_)) => inside = false,
            (true, None) => blocks.last_mut().unwrap().1.push(line.to_owned()),
            (false, None) => {}
        }
    }
    assert!(!inside, "a block without an end");
    blocks
}

/// `models.yaml` of a YAML block that begins with `# models.yaml`.
fn file_name(lines: &[String]) -> Option<&str> {
    let name = lines.first()?.strip_prefix("# ")?;
    (name.ends_with(".yaml") && !name.contains(' ')).then_some(name)
}

fn rule_ids() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.meta().id).collect()
}

/// Without what differs between runs.
fn steady(line: &str) -> String {
    let line = line.trim_end();
    match line.rsplit_once(" in ") {
        Some((front, time)) if time.ends_with(" ms") || time.ends_with(" s") => front.to_owned(),
        _ => line.to_owned(),
    }
}

/// Whether `shown`, in which a line `…` stands for any lines, is what was printed.
fn is_printed(shown: &[String], printed: &str) -> Result<(), String> {
    let printed: Vec<String> = printed.lines().map(steady).collect();
    let mut at = 0;
    let mut gap = false;
    for line in shown.iter().map(|line| steady(line)) {
        if line == "…" {
            gap = true;
            continue;
        }
        let found = if gap {
            printed[at..].iter().position(|other| *other == line).map(|more| at + more)
        } else {
            (printed.get(at) == Some(&line)).then_some(at)
        };
        at = found.ok_or_else(|| format!("`{line}` is not what follows at line {}", at + 1))? + 1;
        gap = false;
    }
    if gap || at == printed.len() {
        Ok(())
    } else {
        Err(format!("the output goes on with `{}`", printed[at]))
    }
}

#[test]
fn commands_print_what_is_shown() {
    let mut ran = 0;
    for (path, page) in pages() {
        let folder = tempfile::tempdir().unwrap();
        let mut last_code = None;
        for (language, lines) in blocks(&page) {
            if language == "yaml"
                && let Some(name) = file_name(&lines)
            {
                fs::write(folder.path().join(name), lines.join("\n") + "\n").unwrap();
            }
            if language != "console" {
                continue;
            }
            let mut lines = lines.as_slice();
            while let Some((first, rest)) = lines.split_first() {
                let command = first.strip_prefix("$ ").expect("a command begins a block");
                let end = rest.iter().position(|line| line.starts_with("$ ")).unwrap_or(rest.len());
                let (shown, next) = rest.split_at(end);
                lines = next;
                let printed = if command == "echo $?" {
                    format!("{}\n", last_code.expect("a command ran before"))
                } else {
                    let arguments = command.strip_prefix("weighstation ").expect("our program");
                    let at_root = arguments.contains("examples/");
                    let output = Command::new(env!("CARGO_BIN_EXE_weighstation"))
                        .args(arguments.split(' '))
                        .current_dir(if at_root { root() } else { folder.path() })
                        .env_clear()
                        .output()
                        .unwrap();
                    last_code = output.status.code();
                    ran += 1;
                    String::from_utf8(output.stdout).unwrap()
                        + &String::from_utf8(output.stderr).unwrap()
                };
                if let Err(problem) = is_printed(shown, &printed) {
                    panic!("{path}: `{command}`: {problem}\n{printed}");
                }
            }
        }
    }
    assert!(ran >= 5, "{ran} commands ran");
}

#[test]
fn a_shown_output_that_is_not_printed_is_noticed() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let printed = "a\nb\nc\n1 file in 3 ms\n";
    assert_eq!(is_printed(&shown("a\n…\nc\n1 file in 7 ms"), printed), Ok(()));
    assert_eq!(is_printed(&shown("a\n…"), printed), Ok(()));
    for wrong in ["a", "a\nc", "b\n…", "…\nd\n…", "a\n…\nc", "…\nc\n…\nb\n…"] {
        assert!(is_printed(&shown(wrong), printed).is_err(), "{wrong}");
    }
}

#[test]
fn shown_policies_and_manifests_are_right() {
    let (mut policies, mut manifests) = (0, 0);
    let rules = rule_ids();
    let load = |_: &str| Err(std::io::Error::from(std::io::ErrorKind::NotFound));
    for (path, page) in pages() {
        for (language, lines) in blocks(&page) {
            let text = lines.join("\n");
            if language != "yaml" || file_name(&lines) == Some("broken.yaml") {
                continue;
            }
            let keys: Vec<&str> =
                lines.iter().filter_map(|line| line.split_once(':')).map(|it| it.0).collect();
            let has = |key: &&str| keys.contains(key);
            let document = Document::from_bytes(path.as_str(), text.as_bytes()).unwrap();
            if text.starts_with("# Written by `weighstation lock`") {
                let lock = Lock::parse(document);
                assert!(lock.is_ok(), "{path}\n{text}\n{lock:?}");
            } else if has(&"models") {
                manifests += 1;
                let manifest = Manifest::parse(Arc::clone(&document));
                assert!(manifest.is_ok(), "{path}\n{text}\n{manifest:?}");
            } else if ["extends", "pickle", "card", "license", "rules", "profiles", "waivers"]
                .iter()
                .any(has)
            {
                policies += 1;
                let policy = PolicyLayers::read("p.yaml", document, &rules, &load);
                assert!(policy.is_ok(), "{path}\n{text}\n{policy:?}");
            }
        }
    }
    assert!(policies >= 5 && manifests >= 2, "{policies} policies, {manifests} manifests");
}

/// The keys of a schema with the keys above them, `card.match`.
fn keys(schema: &Value, prefix: &str, into: &mut BTreeSet<String>) {
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{key}");
        if key != "rules" {
            keys(value, &format!("{path}."), into);
            keys(&value["items"], &format!("{path}[]."), into);
        }
        // A group of keys is explained by its keys.
        if value["properties"].as_object().is_none_or(serde_json::Map::is_empty) {
            into.insert(path);
        }
    }
}

#[test]
fn every_key_is_explained() {
    let rules: Vec<(&str, &str)> =
        RULES.iter().map(|rule| (rule.meta().id, rule.meta().summary)).collect();
    let mut policy_keys = BTreeSet::new();
    keys(&policy_schema(&rules), "", &mut policy_keys);
    let mut manifest_keys = BTreeSet::new();
    keys(&manifest_schema(), "", &mut manifest_keys);
    assert!(policy_keys.contains("waivers[].sha256") && manifest_keys.contains("models[].files"));
    let mut lock_keys = BTreeSet::new();
    keys(&lock_schema(), "", &mut lock_keys);
    assert!(lock_keys.contains("models[].files[].sha256"));
    for (page, keys) in [
        ("docs/policy.md", policy_keys),
        ("docs/manifest.md", manifest_keys),
        ("docs/lock.md", lock_keys),
    ] {
        let text = read(page);
        for key in keys {
            // Waivers have a table of their own.
            let row = format!("| `{}` |", key.strip_prefix("waivers[].").unwrap_or(&key));
            assert!(text.contains(&row), "{page} lacks a row that begins with {row}");
        }
    }
}

#[test]
fn every_limit_is_told_with_its_default() {
    let page = read("docs/limits.md");
    // `Limits { nesting: 8, members: 100000, … }`
    let shown = format!("{:?}", Limits::default());
    let fields = shown.trim_start_matches("Limits { ").trim_end_matches(" }").split(", ");
    let mut count = 0;
    for field in fields {
        let (name, value) = field.split_once(": ").unwrap();
        let row = format!("| `{name}` | {} |", grouped(value));
        assert!(page.contains(&row), "docs/limits.md lacks {row}");
        count += 1;
    }
    assert_eq!(page.lines().filter(|line| line.starts_with("| `")).count(), count);
}

/// `100 000` of `100000`.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[test]
fn every_rule_preset_and_section_is_named() {
    let reference = read("docs/rules.md");
    for id in rule_ids() {
        assert!(reference.contains(&format!("### {id}\n")), "{id}");
    }
    let (policy, names) = (read("docs/policy.md"), read("docs/allow-list.md"));
    for preset in PRESETS {
        let name = format!("`{}`", preset.name);
        assert!(policy.contains(&name), "docs/policy.md lacks {name}");
        if preset.kind == PresetKind::Policy {
            continue;
        }
        let row = names.lines().find(|line| line.starts_with('|') && line.contains(&name));
        let cells: Vec<&str> = row.expect(preset.name).split('|').map(str::trim).collect();
        let place = cells[1].split(", ").position(|cell| cell == name).unwrap();
        // `- call:` begins an entry, and its names stand one level below.
        let mut in_names = false;
        let entries = preset.text.lines().filter(|line| {
            in_names = line.ends_with("names:") || in_names && line.starts_with("        - ");
            in_names && line.starts_with("        - ")
        });
        let entries = entries.count();
        let told = cells[2].split(", ").nth(place);
        assert_eq!(told, Some(entries.to_string().as_str()), "names in {name}");
    }
    for section in BUILT_IN_SECTIONS {
        let row = format!("| `{}` | {} |", section.id, section.keywords.join(", "));
        assert!(policy.contains(&row), "docs/policy.md lacks {row}");
    }
}

#[test]
fn every_command_and_flag_is_named() {
    let text: String = pages().into_iter().map(|(_, page)| page).collect();
    let help = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighstation"));
        let output = command.args(arguments).arg("--help").env_clear().output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let commands: [&[&str]; 17] = [
        &["check"],
        &["merge"],
        &["diff"],
        &["scan"],
        &["discover"],
        &["lock"],
        &["inspect"],
        &["explain"],
        &["rules"],
        &["policy", "show"],
        &["policy", "check"],
        &["policy", "schema"],
        &["waive"],
        &["init"],
        &["completions"],
        &["man"],
        &["policy"],
    ];
    let mut flags = BTreeSet::new();
    for command in commands {
        let name = format!("weighstation {}", command.join(" "));
        assert!(text.contains(&name), "no page names `{name}`");
        for line in help(command).lines().map(str::trim) {
            let words = line.split([' ', ',']).filter(|word| word.starts_with("--"));
            if line.starts_with('-') {
                flags.extend(words.take(1).map(str::to_owned));
            }
        }
    }
    assert!(flags.contains("--sarif-category") && flags.contains("--quiet"));
    for flag in flags.iter().filter(|flag| !["--help", "--version"].contains(&flag.as_str())) {
        assert!(text.contains(&format!("{flag}`")) || text.contains(&format!("{flag} ")), "{flag}");
    }
    let top = help(&[]);
    for line in top.lines().skip_while(|line| *line != "Commands:").skip(1) {
        let Some(name) = line.split_whitespace().next() else { break };
        assert!(name == "help" || commands.iter().any(|command| command[0] == name), "{name}");
    }
}

#[test]
fn every_command_line_uses_flags_that_exist() {
    let help: String = [
        "check", "scan", "merge", "diff", "discover", "lock", "inspect", "rules", "waive", "man",
        "init",
    ]
    .iter()
    .chain(&["policy show"])
    .map(|command| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_weighstation"));
        let output = process.args(command.split(' ')).arg("--help").env_clear().output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    })
    .collect();
    for (path, page) in pages() {
        for line in page.lines() {
            let Some((_, behind)) = line.split_once("weighstation ") else { continue };
            let command = behind.split(['`', '#']).next().unwrap_or_default();
            for flag in command.split([' ', '=', '.', ',']).filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "{path}: {line}");
            }
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for (path, page) in pages() {
        let folder = Path::new(&path).parent().unwrap().to_owned();
        let mut in_code = false;
        for line in page.lines() {
            in_code ^= line.trim_start().starts_with("```");
            if in_code {
                continue;
            }
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if target.starts_with("https://") {
                    continue;
                }
                let (file, heading) = target.split_once('#').unwrap_or((target, ""));
                let linked: PathBuf =
                    if file.is_empty() { PathBuf::from(&path) } else { folder.join(file) };
                let on_disk = root().join(&linked);
                assert!(on_disk.exists(), "{path}: {target}");
                if !heading.is_empty() {
                    let text = fs::read_to_string(on_disk).unwrap();
                    let known = text.lines().filter(|line| line.starts_with('#')).map(anchor);
                    assert!(known.into_iter().any(|known| known == heading), "{path}: {target}");
                }
            }
        }
    }
}

/// A heading's anchor, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// `.ci/run` takes the test command out of the README.
#[test]
#[cfg(unix)]
fn the_test_command_can_be_taken_out() {
    let script = read(".ci/run");
    let line = script.lines().find(|line| line.starts_with("bash -c")).unwrap();
    let extraction = line.strip_prefix("bash -c \"$(").and_then(|rest| rest.strip_suffix(")\""));
    let output = Command::new("bash")
        .args(["-c", extraction.expect("`bash -c \"$(…)\"`")])
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "cargo test");
}

#[test]
fn versions_agree() {
    let manifest = read("Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    let told = format!("Rust {} or later", version.trim_matches('"'));
    assert!(read("README.md").contains(&told), "README.md lacks `{told}`");
}
