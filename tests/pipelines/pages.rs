//! The pages show the examples, as they are, and nothing that is not tried.

use std::fs;
use std::path::{Path, PathBuf};

use crate::pipelines::machine::Machine;
use crate::pipelines::project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages, by their paths.
fn pages() -> Vec<(PathBuf, String)> {
    let folder = fs::read_dir(root().join("docs/pipelines")).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The examples and the template, by their paths.
fn examples() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, into);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let mut examples = Vec::new();
    collect(&root().join("examples/pipelines"), &mut examples);
    examples
}

/// Language and text of each fenced block.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match (inside, line.strip_prefix("```")) {
            (false, Some(language)) => {
                blocks.push((language.to_owned(), String::new()));
                inside = true;
            }
            (true, Some(_)) => inside = false,
            (true, None) => {
                let text = &mut blocks.last_mut().unwrap().1;
                text.push_str(line);
                text.push('\n');
            }
            (false, None) => {}
        }
    }
    blocks
}

#[test]
fn every_example_is_shown_as_it_is_and_nothing_else() {
    let examples = examples();
    assert!(examples.len() >= 10);
    let mut shown = Vec::new();
    for (path, page) in pages() {
        for (language, text) in blocks(&page) {
            match language.as_str() {
                "yaml" | "groovy" => {
                    let example = examples.iter().find(|(_, example)| *example == text);
                    let (of, _) = example.unwrap_or_else(|| {
                        panic!("{}: no example is\n{text}", path.display());
                    });
                    shown.push(of.clone());
                }
                "sh" => {}
                other => panic!("{}: a block of `{other}`", path.display()),
            }
        }
    }
    for (path, _) in &examples {
        assert!(shown.contains(path), "no page shows {}", path.display());
    }
}

/// One after the other, in a project with one good model and its release.
#[test]
fn commands_of_the_pages_do_their_work() {
    let mut ran = 0;
    for (path, page) in pages() {
        let machine = Machine::good_and_locked();
        project::copy(&machine.path("models/distilbert-sst2"), &machine.path("release/sentiment"));
        for (_, text) in blocks(&page).iter().filter(|(language, _)| language == "sh") {
            let done = machine.run(&["sh", "-e", "-c"], text);
            assert_eq!(done.code, 0, "{}: {text}\n{}", path.display(), done.log);
            ran += 1;
        }
    }
    assert!(ran >= 2, "{ran} blocks");
}

#[test]
fn every_input_and_output_of_the_action_is_explained() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let action = project::documents(&action).remove(0);
    let page = fs::read_to_string(root().join("docs/pipelines/github.md")).unwrap();
    let cells: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next()).collect();
    for part in ["inputs", "outputs"] {
        for name in action[part].as_object().unwrap().keys() {
            let name = format!("`{name}`");
            assert!(cells.iter().any(|cell| cell.contains(&name)), "{part}: {name}");
        }
    }
}

/// Images have whole versions; the action's tag moves on when a release is listed in it.
#[test]
fn versions_are_this_one() {
    let version = env!("CARGO_PKG_VERSION");
    let (major, _) = version.split_once('.').unwrap();
    let template = fs::read_to_string(root().join("templates/weighstation.yml")).unwrap();
    for (path, text) in examples().into_iter().chain([("template".into(), template)]) {
        for (mark, behind) in
            [("weighstation/weighstation:", version), ("weighstation/weighstation@v", major)]
        {
            for found in text.split(mark).skip(1) {
                let end = |c: char| c.is_whitespace() || c == '-';
                assert_eq!(found.split(end).next(), Some(behind), "{}", path.display());
            }
        }
    }
}
