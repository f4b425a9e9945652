//! Discovery on a labelled project: no miss, no false hit, the right line each.
//!
//! `tests/discovery/labels.tsv` names every reference of `tests/discovery/project` by file and
//! line, and the lines that look like one and are none.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

use std::collections::BTreeSet;
use std::path::Path;

use weighstation::discover::{Kind, ProjectFile, read};
use weighstation::evidence::{CodeReference, Reference, WrittenRevision};

/// File, line, kind, model, revision.
type Label = (String, u32, String, String, String);

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/discovery/project")
}

fn labels() -> Vec<Label> {
    let text = include_str!("discovery/labels.tsv");
    let fields = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    fields
        .map(|of| (of[0].into(), of[1].parse().unwrap(), of[2].into(), of[3].into(), of[4].into()))
        .collect()
}

fn files() -> Vec<String> {
    let mut files = Vec::new();
    let mut pending = vec![root()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let inside = path.strip_prefix(root()).unwrap().to_str().unwrap();
                files.push(inside.replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

fn label(file: &str, found: &CodeReference) -> Label {
    let model = match &found.reference {
        Reference::Hub(id) | Reference::Address { repository: id, .. } => id.to_string(),
        Reference::Local { written, .. }
        | Reference::Elsewhere { written }
        | Reference::Unresolved { written } => written.clone(),
    };
    let revision = match &found.revision {
        WrittenRevision::Known(text) => text.clone(),
        WrittenRevision::Absent => String::new(),
        WrittenRevision::Unresolved => "?".to_owned(),
    };
    (file.to_owned(), found.span.line, found.reference.kind().to_owned(), model, revision)
}

#[test]
fn every_reference_is_found_and_nothing_else() {
    let exists = |path: &str| root().join(path).exists();
    let mut found: Vec<Label> = Vec::new();
    for file in files() {
        let Some(kind) = Kind::of(&file, "") else { continue };
        let text = std::fs::read_to_string(root().join(&file)).unwrap();
        let discovery = read(kind, &text, &ProjectFile { path: &file, exists: &exists });
        assert_eq!(discovery.unread, [], "{file}");
        for one in &discovery.found {
            // The place holds what it says, unless it was put together from pieces.
            let there = &text[one.span.start..one.span.end];
            assert!(!there.is_empty() && !there.contains('\n'), "{file}: {there:?}");
        }
        found.extend(discovery.found.iter().map(|one| label(&file, one)));
    }
    found.sort();
    let (none, mut expected): (Vec<Label>, Vec<Label>) =
        labels().into_iter().partition(|label| label.2 == "none");
    expected.sort();
    assert!(expected.len() >= 80 && none.len() >= 40, "{} and {}", expected.len(), none.len());
    let all: BTreeSet<&Label> = expected.iter().collect();
    let got: BTreeSet<&Label> = found.iter().collect();
    let missed: Vec<_> = all.difference(&got).collect();
    let wrong: Vec<_> = got.difference(&all).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "missed {missed:#?}\nwrong {wrong:#?}");
    assert_eq!(found.len(), expected.len(), "a reference was told twice");
    for (file, line, ..) in &none {
        let hit = found.iter().find(|label| &label.0 == file && label.1 == *line);
        assert_eq!(hit, None, "a look-alike");
    }
}

fn discover(kind: Kind, text: &str) -> weighstation::discover::Discovery {
    read(kind, text, &ProjectFile { path: "a/file", exists: &|_| false })
}

#[test]
fn what_nests_without_end_is_said_and_overflows_nothing() {
    let many = 100_000;
    for kind in Kind::ALL {
        for open in [
            "(", "[", "{", "-", "- ", "not ", "`${", "$(", "${a:-", "lambda:", "f'{", "a: ", "\"",
            "<<a\n", "[",
        ] {
            discover(kind, &open.repeat(many));
        }
        for (open, close) in [("(", ")"), ("[", "]"), ("{\"a\":", "}"), ("$(", ")")] {
            discover(kind, &format!("{}{}", open.repeat(many), close.repeat(many)));
        }
    }
    for deep in
        ["(".repeat(many) + &")".repeat(many), "-".repeat(many) + "1", "lambda:".repeat(many) + "1"]
    {
        let discovery = discover(Kind::Python, &deep);
        assert_eq!(discovery.unread.len(), 1, "{:?}", discovery.unread);
    }
    let steps: String = (0..500).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    assert_eq!(discover(Kind::Yaml, &steps).unread.len(), 1);
    assert_eq!(discover(Kind::Json, &"[".repeat(many)).unread.len(), 1);
}

#[test]
fn names_that_lead_in_circles_and_double_at_every_step_come_to_an_end() {
    let mut text = String::from("from transformers import AutoModel\na0 = 'a/b'\n");
    for i in 1..60 {
        text += &format!("a{i} = a{} + a{}\na{i} = a{} or a{i}\n", i - 1, i - 1, i - 1);
    }
    text += "b = c\nc = b\nAutoModel.from_pretrained(a59)\nAutoModel.from_pretrained(b)\n";
    let began = std::time::Instant::now();
    let discovery = discover(Kind::Python, &text);
    assert!(began.elapsed().as_secs() < 20);
    assert_eq!(discovery.found.last().unwrap().reference.kind(), "unresolved");

    // Sixteen times as many at every step: without a budget this would not end.
    let mut text = String::from("import { pipeline } from '@huggingface/transformers';\n");
    for i in 1..60 {
        text += &format!("const a{i} = `${{a{}}}`;\n", i - 1);
        text += &format!("a{i} = {};\n", vec![format!("(a{})", i - 1); 16].join(" ?? "));
    }
    text += "pipeline('t', a59);\npipeline('t', 'a/b');\n";
    let kinds: Vec<_> = discover(Kind::JavaScript, &text)
        .found
        .iter()
        .map(|found| found.reference.kind())
        .collect();
    assert_eq!(kinds, ["unresolved", "hub"]);
}

#[test]
fn python_that_does_not_parse_keeps_what_it_says() {
    let text = "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')\nprint 'x'\n";
    let discovery = discover(Kind::Python, text);
    assert_eq!(discovery.found.len(), 1);
    assert_eq!(discovery.unread[0].line, Some(3), "{:?}", discovery.unread);
}

mod properties {
    use proptest::prelude::*;

    use weighstation::discover::Kind;

    use super::discover;

    /// Pieces of all languages, so that texts get further than random ones do.
    const PIECES: &[&str] = &[
        "from transformers import AutoModel, pipeline\n",
        "AutoModel.from_pretrained(",
        "'a/b'",
        "\"a/b\"",
        ")",
        "(",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "=",
        "\n",
        "  ",
        "\t",
        "f'{x}'",
        "`",
        "${",
        "model: ",
        "- ",
        "|\n",
        "run: |\n  ",
        "hf download ",
        "--model ",
        "$(",
        "$x",
        "<<E\n",
        "E\n",
        "\\",
        "#",
        "//",
        "/*",
        "*/",
        "import { pipeline } from '@xenova/transformers'\n",
        "pipeline(",
        "ENV MODEL_ID=",
        "RUN ",
        "---\n",
        "[a]\n",
        "\"cells\": ",
        "\"source\": ",
        "\"cell_type\": \"code\"",
        "é",
        "\u{feff}",
        "\r\n",
        "\0",
        "'",
        "\"",
        "x",
        "lambda ",
        "yield ",
        "def f(",
        "class A:\n ",
        "{{ x }}",
        "!",
        "%%bash\n",
        "https://huggingface.co/a/b/resolve/main/x",
        "hf://",
        "@",
        "..",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn no_text_brings_any_reader_down(pieces in prop::collection::vec(0..PIECES.len(), 0..60)) {
            let text: String = pieces.into_iter().map(|index| PIECES[index]).collect();
            for kind in Kind::ALL {
                for one in discover(kind, &text).found {
                    prop_assert!(one.span.start <= one.span.end && one.span.end <= text.len());
                    prop_assert!(one.span.line >= 1 && one.span.column >= 1);
                }
            }
        }

        #[test]
        fn nor_does_any_other(text in any::<String>()) {
            for kind in Kind::ALL {
                discover(kind, &text);
            }
        }
    }
}
