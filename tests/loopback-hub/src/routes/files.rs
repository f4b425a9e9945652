//! Files: the resolve routes.

use std::sync::Arc;

use serde_json::json;

use super::{Visit, cdn, refusals};
use crate::digests::lfs_pointer;
use crate::message::{Answer, Body, encoded};
use crate::repository::{Commit, File};

/// What the gate lets through for everybody: at the root, and in this case only.
const OPEN: &[&str] = &["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"];

/// `/{id}/resolve/{rev}/{path}` and `/{id}/raw/{rev}/{path}`.
pub(super) fn answer(visit: &Visit<'_>) -> Answer {
    let (repository, request) = (visit.repository, visit.request);
    let [how, revision, path @ ..] = visit.rest else { return refusals::no_such_page() };
    let path = path.join("/");
    let raw = how == "raw";
    if repository.disabled {
        return refusals::disabled(false);
    }
    let user = visit.caller.user();
    if !repository.opens_for(user) && (raw || !OPEN.contains(&path.as_str())) {
        return refusals::gated(false, repository, user);
    }
    let Some(commit) = repository.resolve(revision) else {
        return refusals::no_such_revision(false, revision);
    };
    let Some(file) = commit.files.get(&path) else {
        return refusals::no_such_entry().with("X-Repo-Commit", &commit.id);
    };
    if raw {
        return pointer_or_content(commit, &path, file);
    }
    if file.large {
        let tag = file.announced_tag();
        let hash = file.xet_hash();
        let (id, hub) = (&repository.id, &visit.state.hub);
        let renewal = format!("{hub}/api/models/{id}/xet-read-token/{}", commit.id);
        let parts = format!("https://cas-server.xethub.hf.co/v1/reconstructions/{hash}");
        if request.header("accept") == Some("application/vnd.xet-fileinfo+json") {
            return Answer::json(
                200,
                &json!({"hash": hash, "refreshUrl": renewal, "reconstructionUrl": parts,
                    "etag": format!("\"{tag}\""), "size": file.announced.length()}),
            );
        }
        return Answer::redirect(302, &cdn::address(visit.state, repository, &path, file))
            .with("Vary", "Origin, Accept")
            .with("Accept-Ranges", "bytes")
            .with("Cache-Control", "no-store")
            .with(
                "Link",
                format_args!(
                    "<{renewal}>; rel=\"xet-auth\", <{parts}>; rel=\"xet-reconstruction-info\""
                ),
            )
            .with("X-Linked-Etag", format_args!("\"{tag}\""))
            .with("X-Linked-Size", file.announced.length())
            .with("X-Xet-Hash", hash)
            .with("X-Repo-Commit", &commit.id);
    }
    if repository.private || repository.gate.is_some() {
        return served(visit, commit, &path, file)
            .with("Content-Security-Policy", "default-src 'none'; sandbox");
    }
    let tag = format!("\"{}\"", file.announced_tag());
    let (asked, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let location = format!(
        "/api/resolve-cache/models/{}/{}/{}?{}=&etag={}",
        repository.id,
        commit.id,
        encoded(&path, "/"),
        encoded(&crate::message::decoded(asked), ""),
        encoded(&tag, "")
    );
    Answer::redirect(307, &location)
        .with("Accept-Ranges", "bytes")
        .with("Content-Disposition", cdn::disposition(&path))
        .with("X-Linked-Etag", tag)
        .with("X-Repo-Commit", &commit.id)
}

/// `/api/resolve-cache/models/{id}/{commit}/{path}`.
pub(super) fn cached(visit: &Visit<'_>) -> Answer {
    let repository = visit.repository;
    let [revision, path @ ..] = visit.rest else { return refusals::no_such_page() };
    let path = path.join("/");
    if repository.disabled {
        return refusals::disabled(false);
    }
    let user = visit.caller.user();
    if !repository.opens_for(user) && !OPEN.contains(&path.as_str()) {
        return refusals::gated(false, repository, user);
    }
    let Some(commit) = repository.resolve(revision) else {
        return refusals::no_such_revision(false, revision);
    };
    match commit.files.get(&path) {
        Some(file) if !file.large => served(visit, commit, &path, file),
        _ => refusals::no_such_entry(),
    }
}

/// A file that the Hub itself has.
fn served(visit: &Visit<'_>, commit: &Commit, path: &str, file: &Arc<File>) -> Answer {
    let answer = cdn::ranged(visit.request, &file.sent)
        .with("ETag", format_args!("\"{}\"", file.announced_tag()))
        .with("X-Repo-Commit", &commit.id)
        .with("Content-Disposition", cdn::disposition(path));
    if answer.status == 416 {
        return answer;
    }
    answer.with("Content-Type", "text/plain; charset=utf-8")
}

fn pointer_or_content(commit: &Commit, path: &str, file: &Arc<File>) -> Answer {
    let body = if file.large {
        lfs_pointer(file.listed.sha256(), file.listed.length()).into_bytes()
    } else {
        file.sent.to_vec()
    };
    Answer::new(200, Body::Bytes(body))
        .with("Content-Type", "text/plain; charset=utf-8")
        .with("ETag", format_args!("\"{}\"", file.blob_id()))
        .with("X-Repo-Commit", &commit.id)
        .with("Content-Disposition", cdn::disposition(path))
}
