use proptest::prelude::*;

use super::*;
use crate::base::NameGlob;
use crate::policy::PolicyLayers;

fn waiver() -> NewWaiver {
    NewWaiver {
        fingerprint: "3f2a9c0112345678".parse().unwrap(),
        rule: Some("denied-global".to_owned()),
        model: None,
        file: None,
        sha256: None,
        reason: "reviewed: ML-412".to_owned(),
        expires: jiff::civil::date(2027, 3, 31),
    }
}

fn added(text: &str, waiver: &NewWaiver) -> Result<WithWaiver, NotWaivable> {
    let document = Document::from_bytes("p.yaml", text.as_bytes()).unwrap();
    with_waiver(text, &document, waiver)
}

/// The new text, in which the waiver's keys are on the lines that are told.
fn text(old: &str) -> String {
    let WithWaiver { text, line } = added(old, &waiver()).unwrap_or_else(|error| {
        panic!("{error}\n{old}");
    });
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.is_empty()).collect();
    assert!(lines.iter().any(|line| line.contains("fingerprint: 3f2a9c0112345678")), "{text}");
    let normalized = text.replace("\r\n", "\n").replace('\r', "\n");
    let told = normalized.lines().nth(line as usize - 1).unwrap();
    assert!(told.contains("fingerprint: 3f2a9c0112345678"), "line {line} of\n{text}");
    text
}

const FLOW: &str = "fingerprint: 3f2a9c0112345678, rule: denied-global, reason: \"reviewed: ML-412\", expires: 2027-03-31";

#[test]
fn without_waivers_the_key_stands_at_the_end() {
    let entry = "  - fingerprint: 3f2a9c0112345678\n    rule: denied-global\n    reason: \"reviewed: ML-412\"\n    expires: 2027-03-31\n";
    assert_eq!(text("version: 1\n"), format!("version: 1\n\nwaivers:\n{entry}"));
    assert_eq!(text("version: 1\n\n"), format!("version: 1\n\nwaivers:\n{entry}"));
    let comment = "version: 1\n# waivers:\n#   - rule: x\n";
    assert_eq!(text(comment), format!("{comment}\nwaivers:\n{entry}"));
    // No line break at the end stays none.
    assert_eq!(text("version: 1"), format!("version: 1\n\nwaivers:\n{}", entry.trim_end()));
    let dos = text("\u{feff}version: 1\r\nfail_on: low\r\n");
    let expected = format!("\u{feff}version: 1\r\nfail_on: low\r\n\r\nwaivers:\r\n{}", {
        entry.replace('\n', "\r\n")
    });
    assert_eq!(dos, expected);
    assert_eq!(
        text("version: 1\r"),
        format!("version: 1\r\rwaivers:\r{}", entry.replace('\n', "\r"))
    );
    // The end of the document is not the end of the text.
    let marked = "---\nversion: 1\n...\n# that is all\n";
    assert_eq!(text(marked), format!("---\nversion: 1\n\nwaivers:\n{entry}...\n# that is all\n"));
    // A blank line would be a part of the text above it.
    let kept = "rules:\n  brief-card: off\nprofiles:\n  p:\n    waivers:\n      - rule: x\n        expires: 2027-01-01\n        reason: |+\n          so\n\n";
    assert_eq!(
        text(kept.trim_end_matches('\n')),
        format!("{}\nwaivers:\n{}", kept.trim_end_matches('\n'), { entry.trim_end() })
    );
    assert_eq!(text(kept), format!("{kept}waivers:\n{entry}"));
}

#[test]
fn an_entry_stands_behind_the_last_one_in_its_manner() {
    let policy = "\
waivers:   # what we live with
  # the old one
  - rule: brief-card   # yes
    reason: \"so\"
    expires: 2027-01-01
    # asked twice

  # the rest
profiles:
  p: {}
";
    insta::assert_snapshot!(text(policy), @r#"
    waivers:   # what we live with
      # the old one
      - rule: brief-card   # yes
        reason: "so"
        expires: 2027-01-01
        # asked twice
      - fingerprint: 3f2a9c0112345678
        rule: denied-global
        reason: "reviewed: ML-412"
        expires: 2027-03-31

      # the rest
    profiles:
      p: {}
    "#);
    // At the margin, with a wide gap behind the dash, and without a line break at the end.
    let policy =
        "version: 1\nwaivers:\n-   rule: brief-card\n    reason: so\n    expires: 2027-01-01";
    insta::assert_snapshot!(text(policy), @r#"
    version: 1
    waivers:
    -   rule: brief-card
        reason: so
        expires: 2027-01-01
    -   fingerprint: 3f2a9c0112345678
        rule: denied-global
        reason: "reviewed: ML-412"
        expires: 2027-03-31
    "#);
    // With blank lines between.
    let policy = "\
waivers:

    - { rule: brief-card, reason: so, expires: 2027-01-01 }

    # and
    -
      rule: brief-card
      expires: 2027-01-01
      reason: >
        so

        # it is

fail_on: low
";
    insta::assert_snapshot!(text(policy), @r#"
    waivers:

        - { rule: brief-card, reason: so, expires: 2027-01-01 }

        # and
        -
          rule: brief-card
          expires: 2027-01-01
          reason: >
            so

            # it is

        - fingerprint: 3f2a9c0112345678
          rule: denied-global
          reason: "reviewed: ML-412"
          expires: 2027-03-31

    fail_on: low
    "#);
    // Blank lines that are a part of the last value.
    let policy = "waivers:\n- rule: brief-card\n  expires: 2027-01-01\n  reason: |+\n   so\n\n\nfail_on: low\n";
    let expected = "waivers:\n- rule: brief-card\n  expires: 2027-01-01\n  reason: |+\n   so\n\n\n- fingerprint: 3f2a9c0112345678\n  rule: denied-global\n  reason: \"reviewed: ML-412\"\n  expires: 2027-03-31\nfail_on: low\n";
    assert_eq!(text(policy), expected);
}

#[test]
fn a_new_list_is_indented_like_the_others() {
    assert!(text("extends:\n- baseline\n").contains("\nwaivers:\n- fingerprint: "));
    assert!(text("extends:\n    - baseline\n").contains("\nwaivers:\n    - fingerprint: "));
    let four = text("card:\n    match: headings\n");
    assert!(
        four.contains("\nwaivers:\n    - fingerprint: 3f2a9c0112345678\n      rule: "),
        "{four}"
    );
    assert!(text("extends: [baseline]\n").contains("\nwaivers:\n  - fingerprint: "));
    // The whole policy further right.
    let right = text("  version: 1\n  fail_on: low\n");
    assert!(right.contains("\n\n  waivers:\n    - fingerprint: "), "{right}");
}

#[test]
fn nothing_becomes_a_list_of_lines() {
    let entry = "\n  - fingerprint: 3f2a9c0112345678\n    rule: denied-global\n    reason: \"reviewed: ML-412\"\n    expires: 2027-03-31\n";
    for nothing in ["", " []", " [ ]", " ~", " null", "  # none", " [] # none", " null # none"] {
        let kept = nothing.find('#').map_or("", |at| &nothing[at - 1..]);
        let kept = if nothing.starts_with("  ") { nothing } else { kept };
        let new = text(&format!("version: 1\nwaivers:{nothing}\n# end\nfail_on: low\n"));
        assert_eq!(new, format!("version: 1\nwaivers:{kept}{entry}# end\nfail_on: low\n"));
        let new = text(&format!("version: 1\nwaivers:{nothing}"));
        assert_eq!(new, format!("version: 1\nwaivers:{kept}{}", entry.trim_end()));
    }
    let dos = text("waivers: []\r\nversion: 1\r\n");
    assert_eq!(dos, format!("waivers:{}version: 1\r\n", entry.replace('\n', "\r\n")));
}

#[test]
fn a_list_between_brackets_stays_one() {
    let old = "{rule: brief-card, reason: so, expires: 2027-01-01}";
    let new = text(&format!("waivers: [{old}]  # few\nfail_on: low\n"));
    assert_eq!(new, format!("waivers: [{old}, {{{FLOW}}}]  # few\nfail_on: low\n"));
    let roomy = "{ rule: brief-card, reason: so, expires: 2027-01-01 }";
    let new = text(&format!("waivers: [\n  {roomy},\n]\n"));
    assert_eq!(new, format!("waivers: [\n  {roomy},\n  {{ {FLOW} }},\n]\n"));
    let new = text(&format!("waivers: [\r\n  {old}\r\n]\r\n"));
    assert_eq!(new, format!("waivers: [\r\n  {old},\r\n  {{{FLOW}}}\r\n]\r\n"));
}

#[test]
fn what_cannot_be_added_to_safely_is_left_alone() {
    let braces = "{version: 1, waivers: []}\n";
    assert_eq!(added(braces, &waiver()), Err(NotWaivable::Braces));
    for policy in [
        // A comment would change sides.
        "waivers: [\n  {rule: a, reason: b, expires: c} # why\n]\n",
        "waivers: [ # none\n]\n",
        "waivers:\n  []\n",
        // One list under two keys.
        "profiles:\n  p:\n    waivers: &all\n      - {rule: a, reason: b, expires: c}\nwaivers: *all\n",
    ] {
        assert_eq!(added(policy, &waiver()), Err(NotWaivable::Layout), "{policy}");
    }
}

#[test]
fn hostile_names_are_quoted() {
    let mut hostile = waiver();
    hostile.model = NameGlob::literal("a\": x\n  - b: *c \u{202e}");
    hostile.file = Some("# {x}, [y] \u{1f600}.bin".to_owned());
    hostile.reason = "no: # \"really\"\r\n'ok'\t##[x]".to_owned();
    let new = added("version: 1\n", &hostile).unwrap().text;
    assert!(!new.contains('\u{202e}') && new.lines().count() == 9, "{new}");
}

#[test]
fn every_preset_can_be_written_below() {
    // Policies as they are really written, with comments, profiles and waivers of their own.
    let rules: Vec<&str> = crate::policy::PRESETS.iter().map(|preset| preset.name).collect();
    assert!(!rules.is_empty());
    for preset in crate::policy::PRESETS {
        let new = text(preset.text);
        assert!(new.starts_with(preset.text.trim_end_matches('\n')), "{}", preset.name);
    }
}

/// One line of what stands between the values of a policy.
fn filler() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("   ".to_owned()),
        "[ ]{0,8}# [a-z:\\- \\[\\]{}\"']{0,12}",
    ]
}

/// Some such lines.
fn fillers() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(filler(), 0..4)
}

/// A policy in one of many layouts, and how many waivers it has.
fn policy() -> impl Strategy<Value = String> {
    let item = (
        prop_oneof![
            Just("so"),
            Just("\"a: # b\""),
            Just("'it''s'"),
            Just("|\n§ text\n§   # no comment\n"),
            Just("|+\n§ text\n\n"),
            Just(">-\n§ text\n\n§ more"),
            Just("two\n§ lines"),
        ],
        fillers(),
        fillers(),
        any::<bool>(),
    );
    (
        prop::collection::vec(item, 0..4),
        (0_usize..3, 0_usize..5, 1_usize..4),
        prop_oneof![Just("\n"), Just("\r\n")],
        (any::<bool>(), any::<bool>(), any::<bool>()),
        (fillers(), fillers(), fillers()),
    )
        .prop_map(|(items, (margin, step, gap), line_break, (bom, last, ends), between)| {
            let margin = " ".repeat(margin);
            let mut lines = between.0;
            lines.push(format!("{margin}version: 1"));
            lines.extend(between.1);
            let dash = format!("{margin}{}", " ".repeat(step));
            let key = format!("{dash} {}", " ".repeat(gap));
            if !items.is_empty() {
                lines.push(format!("{margin}waivers:"));
            }
            for (reason, above, inside, apart) in items {
                if apart {
                    lines.push(String::new());
                }
                lines.extend(above);
                lines.push(format!("{dash}-{}rule: brief-card", " ".repeat(gap)));
                lines.extend(inside);
                lines.push(format!("{key}expires: 2027-01-01"));
                let reason = reason.replace('§', &format!("{key} "));
                lines.extend(format!("{key}reason: {reason}").split('\n').map(str::to_owned));
            }
            lines.extend(between.2);
            if !last {
                lines.push(format!("{margin}fail_on: low"));
                lines.push(format!("{margin}profiles: {{p: {{}}}} # end"));
            }
            let mut text = lines.join(line_break);
            if ends {
                text.push_str(line_break);
            }
            if bom { format!("\u{feff}{text}") } else { text }
        })
}

/// The policy without a profile.
fn read(text: &str) -> Option<crate::policy::Policy> {
    let document = Document::from_bytes("p.yaml", text.as_bytes()).ok()?;
    let load = |_: &str| Err(std::io::Error::from(std::io::ErrorKind::NotFound));
    let rules = ["brief-card", "denied-global"];
    PolicyLayers::read("p.yaml", document, &rules, &load).ok()?.effective(None)
}

proptest! {
    #[test]
    fn the_rest_stays_byte_for_byte(old in policy()) {
        // Not every mixture is a policy: a comment may stand where a text goes on.
        prop_assume!(read(&old).is_some());
        if added(&old, &waiver()).is_err() {
            // Blank lines that belong to a value, and no end of the last one.
            prop_assert!(old.contains("|+") && !old.ends_with('\n'), "{old}");
            return Ok(());
        }
        let new = text(&old);
        // Exactly one run of bytes is new.
        let front = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let rest = old.len() - front;
        prop_assert!(new.as_bytes().ends_with(&old.as_bytes()[front..]), "{old}\n---\n{new}");
        prop_assert!(new.len() - rest >= front);
        let (before, after) = (read(&old).unwrap(), read(&new).unwrap());
        prop_assert_eq!(after.waivers.len(), before.waivers.len() + 1);
        for (old, new) in before.waivers.iter().zip(&after.waivers) {
            prop_assert_eq!((&old.rule, &old.reason, &old.expires), (&new.rule, &new.reason, &new.expires));
        }
        let is_dos = old.contains("\r\n");
        prop_assert_eq!(is_dos && old.matches('\n').count() == old.matches("\r\n").count(),
            is_dos && new.matches('\n').count() == new.matches("\r\n").count());
        prop_assert_eq!(old.ends_with('\n'), new.ends_with('\n'));
        // Once more: a file that was written to can be written to.
        let again = added(&new, &waiver());
        prop_assert!(again.is_ok(), "{new}");
    }

    #[test]
    fn any_text_is_written_to_or_left_alone(old in "[a-z:#\\-\\[\\]{}&*|>\"' \n]{0,60}|waivers:[a-z:#\\-\\[\\]{}|> \n]{0,40}") {
        if let Ok(new) = added(&old, &waiver()) {
            prop_assert!(new.text.len() > old.len());
        }
    }
}
