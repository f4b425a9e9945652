//! Files of a commit as the info, the tree and the paths route list them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Visit, refusals};
use crate::digests::{git_object_id, lfs_pointer};
use crate::message::{Answer, decoded};
use crate::repository::{Commit, File};

/// What stands for a digest that somebody without access may not see.
const MASK: &str = "****************************************************************";

/// The files as the info lists them: by name, or with sizes and digests.
pub(super) fn siblings(visit: &Visit<'_>, commit: &Commit, blobs: bool) -> Value {
    let open = visit.repository.opens_for(visit.caller.user());
    let entries = commit.files.iter().map(|(path, file)| {
        let mut entry = Map::new();
        entry.insert("rfilename".to_owned(), json!(path));
        if blobs {
            entry.insert("size".to_owned(), json!(file.listed.length()));
            entry.insert("blobId".to_owned(), json!(file.blob_id()));
            if file.large {
                // Masking here is inferred from the tree route.
                let sha256 = if open { file.listed.sha256() } else { MASK };
                let size = file.listed.length();
                let lfs =
                    json!({"sha256": sha256, "size": size, "pointerSize": pointer_size(file)});
                entry.insert("lfs".to_owned(), lfs);
            }
        }
        Value::Object(entry)
    });
    Value::Array(entries.collect())
}

fn pointer_size(file: &File) -> usize {
    lfs_pointer(file.listed.sha256(), file.listed.length()).len()
}

/// `/tree/{rev}/{path}`.
pub(super) fn tree(visit: &Visit<'_>, commit: &Commit, revision: &str, path: &str) -> Answer {
    let request = visit.request;
    let all = entries(commit);
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    if !path.is_empty() && !all.folders.contains(path) {
        return refusals::no_such_path(path, revision);
    }
    let recursive = request.flag("recursive");
    let here = |other: &str| {
        other.strip_prefix(&prefix).is_some_and(|name| recursive || !name.contains('/'))
    };
    let expand = request.flag("expand");
    let folders = all.folders.iter().filter(|path| here(path));
    let files = commit.files.keys().filter(|path| here(path));
    let listed: Vec<&String> = folders.chain(files).collect();
    let limit = request.parameter("limit").and_then(|text| text.parse().ok());
    let page = visit.repository.page_size.min(limit.unwrap_or(usize::MAX)).max(1);
    let begin = request.parameter("cursor").and_then(position).unwrap_or(0);
    let shown: Vec<Value> = listed
        .iter()
        .skip(begin)
        .take(page)
        .map(|path| entry(visit, commit, &all, path, expand))
        .collect();
    let answer = Answer::json(200, &Value::Array(shown));
    let next = begin + page;
    if next >= listed.len() {
        return answer;
    }
    let (asked, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut query = String::new();
    for (key, value) in request.query.iter().filter(|(key, _)| key != "cursor") {
        query.push_str(&format!("{key}={value}&"));
    }
    let address = format!("{}{asked}?{query}cursor={}", visit.state.hub, cursor(next));
    answer.with("Link", format_args!("<{address}>; rel=\"next\""))
}

/// An opaque cursor, with a character that has to stay encoded.
fn cursor(at: usize) -> String {
    format!("ZXlK{at:x}%3D")
}

fn position(cursor: &str) -> Option<usize> {
    let cursor = decoded(cursor);
    usize::from_str_radix(cursor.strip_prefix("ZXlK")?.strip_suffix('=')?, 16).ok()
}

/// `/paths-info/{rev}`: unknown paths are left out.
pub(super) fn paths(visit: &Visit<'_>, commit: &Commit) -> Answer {
    let body = &visit.request.body;
    let (paths, expand) = match serde_json::from_slice::<Value>(body) {
        Ok(asked) => (
            asked["paths"].as_array().map_or_else(Vec::new, |paths| {
                paths.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
            }),
            asked["expand"] == true,
        ),
        Err(_) => form(&String::from_utf8_lossy(body)),
    };
    let all = entries(commit);
    let known = paths
        .iter()
        .filter(|path| commit.files.contains_key(*path) || all.folders.contains(*path))
        .map(|path| entry(visit, commit, &all, path, expand));
    Answer::json(200, &Value::Array(known.collect()))
}

fn form(body: &str) -> (Vec<String>, bool) {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let mut paths = Vec::new();
    let mut expand = false;
    for (key, value) in pairs {
        match key {
            "paths" => paths.push(decoded(&value.replace('+', " "))),
            "expand" => expand = value.eq_ignore_ascii_case("true"),
            _ => {}
        }
    }
    (paths, expand)
}

/// One entry, as tree and paths route give it.
fn entry(visit: &Visit<'_>, commit: &Commit, all: &Folders, path: &str, expand: bool) -> Value {
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| {
        entry.insert(key.to_owned(), value);
    };
    match commit.files.get(path) {
        None => {
            put("type", json!("directory"));
            put("oid", json!(all.id(commit, path)));
            put("size", json!(0));
            put("path", json!(path));
        }
        Some(file) => {
            let open = visit.repository.opens_for(visit.caller.user());
            put("type", json!("file"));
            put("oid", json!(file.blob_id()));
            put("size", json!(file.listed.length()));
            if file.large {
                let sha256 = if open { file.listed.sha256() } else { MASK };
                let size = file.listed.length();
                put("lfs", json!({"oid": sha256, "size": size, "pointerSize": pointer_size(file)}));
                let hash = if open { file.xet_hash() } else { MASK.to_owned() };
                put("xetHash", json!(hash));
            }
            put("path", json!(path));
        }
    }
    if expand {
        let last = visit.repository.last_change(commit, path);
        put("lastCommit", json!({"id": last.id, "title": last.title, "date": last.date}));
        if let Some(scan) = commit.files.get(path).and_then(|file| file.scan.as_ref()) {
            put("securityFileStatus", scan.to_json());
        }
    }
    Value::Object(entry)
}

/// The folders of a commit.
struct Folders {
    folders: BTreeSet<String>,
}

fn entries(commit: &Commit) -> Folders {
    let mut folders = BTreeSet::new();
    for path in commit.files.keys() {
        for (at, _) in path.match_indices('/') {
            folders.insert(path[..at].to_owned());
        }
    }
    Folders { folders }
}

impl Folders {
    /// The git tree id of a folder.
    fn id(&self, commit: &Commit, folder: &str) -> String {
        let prefix = format!("{folder}/");
        let child = |path: &str| -> Option<String> {
            let name = path.strip_prefix(&prefix)?;
            (!name.contains('/')).then(|| name.to_owned())
        };
        // Git sorts folders as if their names ended in a slash.
        let mut children: BTreeMap<String, (String, &str, String)> = BTreeMap::new();
        for (path, file) in &commit.files {
            if let Some(name) = child(path) {
                let id = Arc::as_ref(file).blob_id();
                children.insert(name.clone(), (name, "100644", id));
            }
        }
        for path in &self.folders {
            if let Some(name) = child(path) {
                children.insert(format!("{name}/"), (name, "40000", self.id(commit, path)));
            }
        }
        let mut object = Vec::new();
        for (name, mode, id) in children.into_values() {
            object.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            for at in (0..id.len()).step_by(2) {
                object.push(u8::from_str_radix(&id[at..at + 2], 16).unwrap_or(0));
            }
        }
        git_object_id("tree", &object)
    }
}
