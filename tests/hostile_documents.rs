//! Whatever stands in a policy or manifest: it is read or refused, without panic and in time.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

use std::io;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use weighstation::document::{Document, Problem, render_problems};
use weighstation::manifest::Manifest;
use weighstation::policy::{GlobalEntry, GlobalSet, PRESETS, PolicyLayers};

const RULES: &[&str] = &["brief-card", "unsafe-format"];

/// Reads a text as both kinds of document, and writes out what is wrong with it.
fn read(bytes: &[u8]) {
    match Document::from_bytes("d.yaml", bytes) {
        Err(problem) => check(&[problem]),
        Ok(document) => {
            if let Err(problems) = Manifest::parse(document.clone()) {
                check(&problems);
            }
            let load = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
            match PolicyLayers::read("d.yaml", document, RULES, &load) {
                Err(problems) => check(&problems),
                Ok(layers) => {
                    let profiles: Vec<&str> = layers.profiles().collect();
                    for profile in std::iter::once(None).chain(profiles.into_iter().map(Some)) {
                        assert!(layers.show(profile).is_some());
                    }
                }
            }
        }
    }
}

/// Every problem points into its document.
fn check(problems: &[Problem]) {
    assert!(!problems.is_empty());
    // Counting lines anew for each takes its time.
    for problem in problems.iter().take(100) {
        let text = &problem.place.document.text;
        let span = problem.place.span;
        assert!(span.line >= 1 && span.column >= 1, "{problem:?}");
        assert!(text.get(span.start..span.end).is_some(), "{problem:?}");
        let before = &text[..span.start];
        assert_eq!(span.line as usize, before.matches('\n').count() + 1, "{problem:?}");
    }
    let rendered = render_problems(problems, true);
    assert!(!rendered.is_empty());
}

/// Words out of which something like a policy comes together now and then.
fn fragment() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "version",
        "models",
        "source",
        "name",
        "files",
        "pickle",
        "rules",
        "waivers",
        "profiles",
        "extends",
        "card",
        "sections",
        "allowed_globals",
        "fail_on",
        "trust",
        ": ",
        ":\n",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\"",
        "'",
        "&a ",
        "*a",
        "!x ",
        "|\n",
        ">-\n",
        "# ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "~",
        "1",
        "low",
        "a.b",
        "*.bin",
        "hf://a/b",
        "é",
        "\t",
        "\r",
        "\r\n",
        "\u{feff}",
        "\u{2028}",
        "\u{85}",
        "? ",
        "<<: ",
        "2027-01-31",
        "off",
        "baseline",
        "\u{1b}[31m",
        "\u{202e}",
        "\0",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn arbitrary_text(text in "\\PC{0,200}") {
        read(text.as_bytes());
    }

    #[test]
    fn fragments_of_policies_and_manifests(text in fragment()) {
        read(text.as_bytes());
    }

    #[test]
    fn presets_with_a_piece_missing_or_doubled(
        preset in prop::sample::select(PRESETS.to_vec()), at in any::<prop::sample::Index>(), piece in fragment(),
    ) {
        let text: Vec<char> = preset.text.chars().take(3000).collect();
        let at = at.index(text.len());
        let text: String = text[..at].iter().chain(&piece.chars().collect::<Vec<_>>()).chain(&text[at..]).collect();
        read(text.as_bytes());
    }

    #[test]
    fn an_exact_entry_matches_itself_alone(module in "[a-z_]{1,3}(\\.[a-z_]{1,3}){0,2}", name in "[a-z_.<>:]{1,5}") {
        let set: GlobalSet =
            std::iter::once(format!("{module}:{name}").parse::<GlobalEntry>().unwrap()).collect();
        prop_assert!(set.contains(&module, &name));
        // However the same characters are divided between module and name, it is another global.
        let full = format!("{module}.{name}");
        for (index, _) in full.match_indices('.') {
            let (other_module, other_name) = (&full[..index], &full[index + 1..]);
            prop_assert_eq!(set.contains(other_module, other_name), other_module == module);
        }
    }

    #[test]
    fn globs_agree_with_their_definition(
        pattern in "a(\\.|[ab*]){0,6}", text in "a(\\.|[ab]){0,7}",
    ) {
        let Ok(entry) = pattern.parse::<GlobalEntry>() else { return Ok(()) };
        let Some((module, name)) = text.rsplit_once('.') else { return Ok(()) };
        let set: GlobalSet = std::iter::once(entry).collect();
        let ordinary = text.split('.').all(|part| !part.is_empty());
        let expected = ordinary && defined(pattern.as_bytes(), text.as_bytes());
        prop_assert_eq!(set.contains(module, name), expected, "{} {}", pattern, text);
    }
}

/// The definition of a glob, written down without regard to speed.
fn defined(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=text.len()).any(|n| defined(rest, &text[n..])),
        [b'*', rest @ ..] => (0..=text.len())
            .take_while(|n| !text[..*n].contains(&b'.'))
            .any(|n| defined(rest, &text[n..])),
        [first, rest @ ..] => text.first() == Some(first) && defined(rest, &text[1..]),
    }
}

/// Large documents of every shape end soon: a few seconds in an unoptimised build on a busy
/// machine, where anything quadratic would take hours.
#[test]
fn large_documents_end_soon() {
    let repeat = |text: &str| text.repeat((1 << 20) / text.len());
    let numbered = |prefix: &str, line: &dyn Fn(usize) -> String| {
        let mut text = prefix.to_owned();
        for number in 0.. {
            let line = line(number);
            if text.len() + line.len() > 1 << 20 {
                break;
            }
            text.push_str(&line);
        }
        text
    };
    let documents = [
        repeat("a"),
        repeat("a: b\n"),
        repeat("- a\n"),
        repeat("[a, "),
        repeat("{a: "),
        repeat("'"),
        repeat("\"\\\""),
        repeat("# comment\n"),
        repeat(" "),
        repeat("\n"),
        repeat("&a *a "),
        repeat("a:\n"),
        repeat("? "),
        repeat("- "),
        format!("a: |\n{}", repeat("  text\n").split_at((1 << 20) - 14).0),
        format!("x: [{}]", "a,".repeat(520_000)),
        numbered("", &|number| format!("k{number}: v\n")),
        numbered("pickle:\n  allowed_globals:\n", &|number| format!("    - a.b{number}\n")),
        numbered("pickle:\n  allowed_globals:\n", &|number| format!("    - a.b{number}*\n")),
        numbered("pickle:\n  allowed_globals:\n", &|number| format!("    - bad{number}\n")),
        numbered("rules:\n", &|number| format!("  rule-{number}: off\n")),
        numbered("trust:\n  trusted_publishers:\n", &|number| format!("    - p{number}\n")),
        numbered("card:\n  required_sections:\n", &|number| format!("    - s{number}\n")),
        numbered("models:\n", &|number| format!("  - source: m{number}\n")),
        numbered("models:\n", &|_| "  - source: m\n".to_owned()),
        numbered("profiles:\n", &|number| format!("  p{number}: {{}}\n")),
        numbered("extends:\n", &|number| format!("  - p{number}.yaml\n")),
        numbered("waivers:\n", &|number| {
            format!(
                "  - {{rule: brief-card, file: \"*.{number}\", reason: r, expires: 2027-01-01}}\n"
            )
        }),
    ];
    for document in &documents {
        let start = Instant::now();
        read(&document.as_bytes()[..document.len().min(1 << 20)]);
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(10), "{taken:?} for {:.80}", document);
    }
}
