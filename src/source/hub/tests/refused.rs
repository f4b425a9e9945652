//! What the Hub refuses, and what of the Hub's is refused.

use super::*;

/// The message for a model at a revision.
fn message(hub: &TinyHub, revision: Option<&str>) -> String {
    hub.resolve("acme/tiny", revision).unwrap_err().to_string()
}

#[test]
fn an_error_says_what_to_do_and_quotes_the_request() {
    let refused = Reply(401, Vec::new(), r#"{"error":"Invalid username or password."}"#.to_owned())
        .with("X-Error-Message", "Invalid username or password.")
        .with("X-Request-Id", "Root=1-6ab63626;f13afb33");
    let hub = hub(&[(INFO, refused)]);
    assert_eq!(
        message(&hub, None),
        "`hf://acme/tiny` does not exist, or is private and no token was given; correct the name, \
         or set `HF_TOKEN` to a token that may read it (request Root=1-6ab63626;f13afb33)"
    );
    let asked = hub.source(&[("HF_TOKEN", "hf_secret")]);
    let error = asked.resolve(&"acme/tiny".parse().unwrap(), Wanted::default()).unwrap_err();
    assert!(error.to_string().contains("does not accept the token"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hf_secret"));
}

#[test]
fn an_unknown_revision_is_named() {
    let refused = Reply(404, Vec::new(), r#"{"error":"Invalid rev id: v9"}"#.to_owned())
        .with("X-Error-Code", "RevisionNotFound");
    let hub = hub(&[(info_at("v9").as_str(), refused)]);
    assert_eq!(
        message(&hub, Some("v9")),
        "`hf://acme/tiny` has no revision `v9`; correct `revision`"
    );
}

#[test]
fn a_disabled_model_and_one_without_commits_have_nothing_to_judge() {
    let disabled = info("").replace(r#""disabled":false"#, r#""disabled":true"#);
    assert!(message(&hub(&[(INFO, ok(disabled))]), None).contains("was disabled"));
    let empty = hub(&[(INFO, ok(r#"{"id":"acme/tiny","siblings":[]}"#))]);
    assert!(message(&empty, None).contains("has no commit"));
}

#[test]
fn an_answer_for_another_commit_is_not_used() {
    let hub = hub(&[(info_at(OLDER).as_str(), ok(info("")))]);
    let text = message(&hub, Some(OLDER));
    assert!(text.contains("the Hub answered for commit ae329b69"), "{text}");
}

#[test]
fn what_is_no_reply_of_a_hub_is_not_understood() {
    for body in ["<html>Log in to the hotel's network</html>", "{}", "[]", ""] {
        let text = message(&hub(&[(INFO, ok(body))]), None);
        assert!(text.contains("the Hub's reply with the model is not understood"), "{text}");
    }
    let named = info("").replace(r#""id":"acme/tiny""#, r#""id":"../../x""#);
    let text = message(&hub(&[(INFO, ok(named))]), None);
    assert!(text.contains("`../../x` is no name of a repository"), "{text}");
    let odd = hub(&[(commits_at().as_str(), ok("{}"))]);
    assert!(message(&odd, None).contains("reply with its commits is not understood"));
    let odd = hub(&[(tree_at().as_str(), ok("nothing"))]);
    assert!(message(&odd, None).contains("reply with its files is not understood"));
    let no_listing = info("").replace("siblings", "nothing");
    let odd = hub(&[(INFO, ok(no_listing)), (tree_at().as_str(), Reply(404, vec![], "".into()))]);
    assert!(message(&odd, None).contains("it lists no files"));
}

#[test]
fn a_reply_that_announces_too_much_is_not_read() {
    let large = Reply(200, Vec::new(), "{".to_owned()).with("Content-Length", "16777217");
    let text = message(&hub(&[(INFO, large)]), None);
    assert!(text.contains("the model is larger than 16777216 bytes"), "{text}");
}

#[test]
fn listings_that_lead_out_or_contradict_each_other_are_refused() {
    let hostile =
        |from: &str, to: &str| message(&hub(&[(INFO, ok(info("").replace(from, to)))]), None);
    let text = hostile("config.json", "../config.json");
    assert!(text.contains("cannot be used, `../config.json`"), "{text}");
    let text = hostile("onnx/model.bin", "config.json");
    assert!(text.contains("lists `config.json` twice"), "{text}");
    let text = hostile(r#""size":6"#, r#""size":7"#);
    assert!(text.contains("disagree on the size of `config.json`"), "{text}");
    let text = hostile(SHA256, &SHA256.replace('7', "8"));
    assert!(text.contains("disagree on the digest of `onnx/model.bin`"), "{text}");
    let text = hostile("config.json", "a\\n::error::b");
    assert!(text.contains("disagree on the existence of") && !text.contains('\n'), "{text}");
}

#[test]
fn pages_elsewhere_and_pages_without_end_are_not_followed() {
    let tree_with = |body: String, link: &str| {
        let target = tree_at();
        message(&hub(&[(target.as_str(), ok(body).with("Link", link))]), None)
    };
    let entry = || format!("[{}]", config_entry());
    let text = tree_with(entry(), "<http://127.0.0.2:9/x>; rel=\"next\"");
    assert!(text.contains("not at the configured endpoint"), "{text}");
    // The same page again lists its files twice; folders alone and nothing at all end as well.
    let itself = format!("<{{hub}}{}>; rel=\"next\"", tree_at());
    let text = tree_with(entry(), &itself);
    assert!(text.contains("lists `config.json` twice"), "{text}");
    let text = tree_with("[]".to_owned(), &itself);
    assert!(text.contains("a page without entries"), "{text}");
    let folder = r#"[{"type":"directory","path":"onnx"}]"#.to_owned();
    let text = tree_with(folder, &itself);
    assert!(text.contains("its files is larger than 68 pages"), "{text}");
}

#[test]
fn a_route_that_is_shut_for_another_reason_is_no_mirror() {
    let shut = Reply(403, Vec::new(), "You may not.".to_owned());
    let text = message(&hub(&[(tree_at().as_str(), shut)]), None);
    assert!(text.contains("may not be read with this token (“You may not.”)"), "{text}");
}
