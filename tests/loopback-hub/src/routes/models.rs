//! The API of a model: what it is, its history, its references.

use serde_json::{Map, Value, json};

use super::{Visit, listings, refusals};
use crate::accounts::object_id;
use crate::message::Answer;
use crate::repository::{Commit, Gate};

/// `/api/models/{id}` and everything below.
pub(super) fn answer(visit: &Visit<'_>) -> Answer {
    let repository = visit.repository;
    let words: Vec<&str> = visit.rest.iter().map(String::as_str).collect();
    let is_info = matches!(words.as_slice(), [] | ["revision", _]);
    if repository.disabled && !is_info {
        return refusals::disabled(true);
    }
    let at = |revision: &str, then: &dyn Fn(&Commit) -> Answer| match repository.resolve(revision) {
        Some(commit) => then(commit),
        None => refusals::no_such_revision(true, revision),
    };
    match words.as_slice() {
        // The query's `revision` counts for nothing.
        [] => at("main", &|commit| Answer::json(200, &info(visit, commit))),
        ["revision", revision] => at(revision, &|commit| Answer::json(200, &info(visit, commit))),
        ["tree", revision, path @ ..] => {
            at(revision, &|commit| listings::tree(visit, commit, revision, &path.join("/")))
        }
        ["paths-info", revision] => at(revision, &|commit| listings::paths(visit, commit)),
        ["commits", revision] => at(revision, &|commit| commits(visit, commit)),
        ["treesize", revision, path @ ..] => at(revision, &|commit| {
            let path = path.join("/");
            let inside = |other: &str| path.is_empty() || other.starts_with(&format!("{path}/"));
            let files = commit.files.iter().filter(|(other, _)| inside(other) || **other == path);
            let size: u64 = files.map(|(_, file)| file.listed.length()).sum();
            Answer::json(200, &json!({"path": format!("/{path}"), "size": size}))
        }),
        ["refs"] => Answer::json(200, &references(visit)),
        ["scan"] => at("main", &|commit| Answer::json(200, &scan_status(commit))),
        ["auth-check"] => {
            let user = visit.caller.user();
            if repository.opens_for(user) {
                Answer::text(200, "OK")
            } else {
                refusals::gated(true, repository, user)
            }
        }
        _ => refusals::no_such_page(),
    }
}

/// What the info says, with the keys that the query asks for.
fn info(visit: &Visit<'_>, commit: &Commit) -> Value {
    let repository = visit.repository;
    let mut info = Map::new();
    let mut put = |key: &str, value: Value| {
        info.insert(key.to_owned(), value);
    };
    put("_id", json!(object_id(&repository.id)));
    put("id", json!(repository.id));
    put("private", json!(repository.private));
    put("tags", json!([]));
    put("downloads", json!(repository.downloads));
    put("likes", json!(repository.likes));
    put("modelId", json!(repository.id));
    put("author", json!(repository.owner()));
    put("sha", json!(commit.id));
    put("lastModified", json!(commit.date));
    put("gated", gated(repository.gate));
    put("disabled", json!(repository.disabled));
    put("model-index", Value::Null);
    put("config", json!({}));
    if let Some(card) = &repository.card_data {
        put("cardData", card.clone());
    }
    put("siblings", listings::siblings(visit, commit, visit.request.flag("blobs")));
    put("spaces", json!([]));
    put("createdAt", json!(repository.commits.first().map(|commit| commit.date.clone())));
    let large = commit.files.values().filter(|file| file.large);
    let storage: u64 = large.map(|file| file.listed.length()).sum();
    put("usedStorage", json!(storage));
    if visit.request.flag("securityStatus") {
        put("securityRepoStatus", scan_status(commit));
    }
    info.extend(repository.further.clone());
    let wanted: Vec<&str> = visit
        .request
        .query
        .iter()
        .filter(|(key, _)| key == "expand" || key == "expand[]")
        .map(|(_, value)| value.as_str())
        .collect();
    if !wanted.is_empty() {
        info.retain(|key, value| {
            matches!(key.as_str(), "_id" | "id")
                || (wanted.contains(&key.as_str()) && !value.is_null())
        });
    }
    Value::Object(info)
}

fn gated(gate: Option<Gate>) -> Value {
    match gate {
        None => json!(false),
        Some(Gate::Automatic) => json!("auto"),
        Some(Gate::Manual) => json!("manual"),
    }
}

/// The summary of all scans: done when every file that has one is done, and some file has.
fn scan_status(commit: &Commit) -> Value {
    let scans: Vec<_> =
        commit.files.iter().filter_map(|(path, file)| Some((path, file.scan.as_ref()?))).collect();
    let issues: Vec<Value> = scans
        .iter()
        .filter_map(|(path, scan)| Some(json!({"path": path, "level": scan.issue()?})))
        .collect();
    let done = !scans.is_empty() && scans.iter().all(|(_, scan)| scan.done());
    json!({"scansDone": done, "filesWithIssues": issues})
}

/// A page of the history.
fn commits(visit: &Visit<'_>, from: &Commit) -> Answer {
    let number = |name: &str| visit.request.parameter(name)?.parse::<usize>().ok();
    let page = number("p").unwrap_or(0);
    let limit = number("limit").unwrap_or(50).clamp(1, 1000);
    let all: Vec<&Commit> = visit.repository.history(from).collect();
    let shown: Vec<Value> = all
        .iter()
        .skip(page.saturating_mul(limit))
        .take(limit)
        .map(|commit| {
            let authors: Vec<Value> = commit
                .authors
                .iter()
                .map(|name| {
                    let avatar = format!("https://cdn-avatars.huggingface.co/v1/{name}.jpeg");
                    json!({"user": name, "avatar": avatar})
                })
                .collect();
            json!({"id": commit.id, "title": commit.title, "message": commit.message,
                "authors": authors, "date": commit.date})
        })
        .collect();
    let more = page.saturating_add(1).saturating_mul(limit) < all.len();
    let answer = Answer::json(200, &Value::Array(shown)).with("X-Total-Count", all.len());
    if !more {
        return answer;
    }
    let (path, _) = visit.request.target.split_once('?').unwrap_or((&visit.request.target, ""));
    let next = format!("{}{path}?p={}&limit={limit}", visit.state.hub, page + 1);
    answer.with("Link", format_args!("<{next}>; rel=\"next\""))
}

fn references(visit: &Visit<'_>) -> Value {
    let repository = visit.repository;
    let below = |prefix: &str| -> Value {
        let found = repository.references.iter().filter_map(|(name, target)| {
            let short = name.strip_prefix(prefix)?;
            let commit = &repository.commits[*target].id;
            Some(json!({"name": short, "ref": name, "targetCommit": commit}))
        });
        Value::Array(found.collect())
    };
    let mut all = json!({
        "tags": below("refs/tags/"),
        "branches": below("refs/heads/"),
        "converts": below("refs/convert/"),
    });
    if visit.request.flag("include_prs") {
        all["pullRequests"] = below("refs/pr/");
    }
    all
}
