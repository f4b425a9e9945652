use serde_json::Value;

use super::super::sample;
use super::*;
use crate::finding::Finding;

fn log(report: &Report, presentation: &Presentation) -> Value {
    let text = sample::written(write, report, presentation);
    serde_json::from_str(&text).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn the_whole_log_of_a_failing_run() {
    let log = log(&sample::failing(), &sample::presentation());
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn the_region_read_back_from_the_manifest_is_the_snippet() {
    let presentation = sample::presentation();
    let log = log(&sample::failing(), &presentation);
    assert!(!results(&log).is_empty());
    for result in results(&log) {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |key: &str| region[key].as_u64().unwrap() as usize;
        let line = presentation.documents[0].text.lines().nth(number("startLine") - 1).unwrap();
        let from = number("startColumn") - 1;
        let text: String = line.chars().skip(from).take(number("endColumn") - 1 - from).collect();
        assert_eq!(region["snippet"]["text"], text);
        assert_eq!(number("startLine"), number("endLine"));
    }
}

#[test]
fn there_is_one_result_for_a_rule_and_entry() {
    let log = log(&sample::failing(), &sample::presentation());
    let ids: Vec<_> = results(&log).iter().map(|result| result["ruleId"].clone()).collect();
    assert_eq!(ids, ["denied-global", "brief-card"]);
    let message = results(&log)[0]["message"]["text"].as_str().unwrap();
    assert!(message.contains("in 3 places"), "{message}");
}

#[test]
fn without_findings_there_is_an_empty_list_of_results() {
    let log = log(&sample::passing(), &Presentation { exit_code: 0, ..sample::presentation() });
    assert!(results(&log).is_empty());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(invocation["exitCode"], 0);
}

#[test]
fn what_could_not_be_judged_makes_the_execution_unsuccessful() {
    let presentation = Presentation { exit_code: 3, ..sample::presentation() };
    let log = log(&sample::incomplete(), &presentation);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 3);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], NOT_JUDGED);
    assert_eq!(notification["level"], "error");
}

#[test]
fn waived_findings_are_left_out_unless_wanted_and_then_all_say_so() {
    let default = log(&sample::failing(), &sample::presentation());
    assert!(results(&default).iter().all(|result| result.get("suppressions").is_none()));
    let presentation = Presentation { sarif_include_waived: true, ..sample::presentation() };
    let log = log(&sample::failing(), &presentation);
    let suppressed: Vec<usize> = results(&log)
        .iter()
        .map(|result| result["suppressions"].as_array().unwrap().len())
        .collect();
    assert_eq!(suppressed, [0, 0, 1]);
}

#[test]
fn a_scanned_file_is_its_own_location() {
    let mut report = sample::failing();
    report.manifest = None;
    for finding in &mut report.findings {
        finding.manifest = None;
    }
    let log = log(&report, &sample::presentation());
    let uris: Vec<_> = results(&log)
        .iter()
        .map(|result| {
            assert!(result["partialFingerprints"].get("primaryLocationLineHash").is_none());
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
        })
        .collect();
    assert_eq!(
        uris,
        [
            "models/sentiment/pytorch_model.bin",
            "models/sentiment/we%E2%80%AEird.pkl",
            "models/sentiment/README.md"
        ]
    );
}

#[test]
fn a_name_cannot_become_a_link_nor_a_file_name_break_the_limits() {
    let mut report = sample::failing();
    report.findings.truncate(1);
    let first = report.findings[0].clone();
    report.findings[0].description = "[click](https://example.org)".into();
    for number in 0..30_000 {
        let mut finding = first.clone();
        finding.location.path = Some(format!("{number:0200}"));
        report.findings.push(finding);
    }
    let log = log(&report, &sample::presentation());
    let result = &results(&log)[0];
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains("[click] (https"), "{message}");
    assert!(message.contains("and 29,991 more"), "{message}");
    assert!(result["properties"]["filesOmitted"].as_u64().unwrap() > 0);
    assert!(log.to_string().len() < 10_000_000);
}

#[test]
fn more_results_than_are_shown_are_left_out_and_counted() {
    let mut report = sample::failing();
    let first = report.findings[0].clone();
    report.findings = (0..MOST_RESULTS + 2)
        .map(|number| Finding { model: format!("model-{number}"), ..first.clone() })
        .collect();
    let log = log(&report, &sample::presentation());
    assert_eq!(results(&log).len(), MOST_RESULTS);
    let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let told = notifications.as_array().unwrap().last().unwrap();
    assert_eq!(told["descriptor"]["id"], RESULTS_OMITTED);
    assert!(told["message"]["text"].as_str().unwrap().starts_with("2 results"), "{told}");
}
