use super::super::super::sample;
use super::*;
use crate::report::Presentation;

/// The sample as a run writes it.
fn written() -> String {
    sample::written(super::super::write, &sample::failing(), &sample::presentation())
}

fn rules() -> Vec<&'static RuleMeta> {
    sample::failing().rules.into_iter().map(|(meta, _)| meta).collect()
}

fn read(text: &str) -> ReadReport {
    ReadReport::parse("a.json", text.as_bytes()).unwrap()
}

fn refused(text: &str) -> String {
    ReadReport::parse("a.json", text.as_bytes()).unwrap_err().render(false)
}

#[test]
fn what_is_read_back_is_written_the_same() {
    let report = read(&written()).into_report(&rules(), "0.1.0").unwrap();
    let again = sample::written(super::super::write, &report, &Presentation::default());
    assert_eq!(again, written());
    assert_eq!(report.findings, sample::failing().findings);
}

#[test]
fn every_output_is_the_same_from_a_report_that_was_read_back() {
    let report = read(&written()).into_report(&rules(), "0.1.0").unwrap();
    for output in crate::report::OUTPUTS {
        let text = |report| sample::written(output.write, report, &sample::presentation());
        assert_eq!(text(&report), text(&sample::failing()), "{}", output.name);
    }
}

#[test]
fn a_report_that_is_cut_off_is_shown_at_its_end() {
    let text = written();
    let cut = text.find("\"severity\": \"critical\"").unwrap() + 15;
    insta::assert_snapshot!(refused(&text[..cut]), @r#"
    error: not a report that can be read: it ends in the middle
       --> a.json:175:21
        |
    175 |       "severity": "cr
        |                     ^
        |
        = help: it is cut off: write or download it again
    "#);
}

#[test]
fn a_wrong_value_is_shown_where_it_stands() {
    let text = written().replacen("\"severity\": \"critical\"", "\"severity\": \"dire\"", 1);
    insta::assert_snapshot!(refused(&text), @r#"
    error: not a report that can be read: unknown variant `dire`, expected one of `critical`, `high`, `medium`, `low`, `info`
       --> a.json:175:19
        |
    175 |       "severity": "dire",
        |                   ^^^^^^
    "#);
    let text = written().replace("0123456789abcdef\"", "0123456789ABCDEF\"");
    insta::assert_snapshot!(refused(&text), @r#"
    error: not a report that can be read: a fingerprint has 16 hexadecimal digits
       --> a.json:193:22
        |
    193 |       "fingerprint": "0123456789ABCDEF",
        |                      ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn in_a_long_line_the_surroundings_are_told() {
    let value: serde_json::Value = serde_json::from_str(&written()).unwrap();
    let text = value.to_string().replacen("\"critical\"", "\"dire\"", 1);
    let told = refused(&text);
    let near = r#"`dire`, expected one of `critical`, `high`, `medium`, `low`, `info`, at line 1, column "#;
    assert!(told.contains(near), "{told}");
    assert!(told.contains(r#"denied global","severity":"dire","model":"sentiment""#), "{told}");
}

#[test]
fn what_is_no_report_of_ours_is_said() {
    assert!(refused("{}").contains("it is no JSON report of weighstation"));
    for text in ["{\"runs\": []}", "{\"runs\": [{}]}", "{\"runs\": [{\"properties\": {}}]}"] {
        assert!(refused(text).contains("SARIF that holds no report of weighstation"), "{text}");
    }
    let log = |report: &str| {
        format!("{{\"runs\": [{{\"properties\": {{\"weighstation/report\": {report}}}}}]}}")
    };
    assert!(ReadReport::parse("a.sarif", log(&written()).as_bytes()).is_ok());
    let newer = written().replace("\"schema_version\": 1", "\"schema_version\": 2");
    assert!(refused(&log(&newer)).contains("SARIF that holds no report of weighstation"));
    assert!(refused("[1]").contains("it is no JSON report of weighstation"));
    assert!(refused("").contains("not a report that can be read"));
    let newer = written().replace("\"schema_version\": 1", "\"schema_version\": 2");
    assert!(refused(&newer).contains("schema version 2; this program reads 1"));
    let problem = ReadReport::parse("a.json", b"\xff\xfe{").unwrap_err().render(false);
    assert!(problem.contains("not UTF-8 at byte 0"), "{problem}");
    assert!(refused(&"[".repeat(10_000)).contains("recursion limit"));
}

#[test]
fn fields_of_later_versions_are_ignored_and_unknown_rules_only_matter_to_a_run() {
    let text = written()
        .replace("\"outcome\": \"fail\"", "\"outcome\": \"fail\", \"later\": [{\"a\": 1}]")
        .replace("denied-global", "later-rule");
    let error = read(&text).into_report(&rules(), "0.1.0").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a.json` names a rule `later-rule` that this version does not have"
    );
    assert_eq!(read(&text).into_earlier().findings[0].rule, "later-rule");
    let error = read(&written()).into_report(&rules(), "0.2.0").unwrap_err();
    assert_eq!(error.to_string(), "`a.json` was written by weighstation 0.1.0, and this is 0.2.0");
}

#[test]
fn text_that_somebody_planted_is_escaped() {
    let text = written()
        .replace("The pickle imports `builtins.exec`.", "a\\n::error::b\\u001b[31m\\u202e")
        .replace("./models/gone` does not exist", "##[error]");
    let report = read(&text).into_report(&rules(), "0.1.0").unwrap();
    assert_eq!(report.findings[2].description, "a\\n::error::b\\u{1b}[31m\\u{202e}");
    assert!(report.incidents[0].message.contains("\\u{23}#[error]"));
}

#[test]
fn a_waiver_that_is_not_listed_is_refused() {
    let text = written().replacen(
        "\"fingerprint\"",
        "\"matched_waivers\": [{\"waiver\": 0, \"fit\": \"covers\"}], \"fingerprint\"",
        1,
    );
    let error = read(&text).into_report(&rules(), "0.1.0").unwrap_err();
    assert!(error.to_string().contains("names a waiver which it does not list"), "{error}");
}

#[test]
fn a_fingerprint_that_is_there_twice_is_refused() {
    let value: serde_json::Value = serde_json::from_str(&written()).unwrap();
    let first = value["findings"][0]["fingerprint"].as_str().unwrap();
    let second = value["findings"][1]["fingerprint"].as_str().unwrap();
    assert_ne!(first, second);
    let told = refused(&written().replace(second, first));
    assert!(told.contains(&format!("two findings have the fingerprint `{first}`")), "{told}");
}
