use super::super::sample;
use super::*;

#[test]
fn the_document_is_the_one_that_is_promised() {
    let json = sample::written(write, &sample::failing(), &sample::presentation());
    insta::assert_snapshot!(json);
}

#[test]
fn without_findings_the_lists_are_there_and_empty() {
    let json = sample::written(write, &sample::passing(), &sample::presentation());
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["findings"], serde_json::json!([]));
    assert_eq!(document["incidents"], serde_json::json!([]));
    assert_eq!(document["outcome"], "pass");
}
