//! Status, headers and texts as recorded from huggingface.co in September and October 2026.

use loopback_hub::{
    File, Gate, Listener, LoopbackHub, Organization, Repository, User, git_blob_id, lfs_pointer,
    sha256_hex, weak_etag,
};
use serde_json::json;

use super::client::{Connection, get, get_as, post, target_at};

fn hub() -> LoopbackHub {
    loopback_hub::demonstration().start()
}

#[test]
fn an_info_has_the_recorded_headers() {
    let hub = hub();
    let reply = get(hub.endpoint(), "/api/models/acme/tiny");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(reply.header("etag"), Some(weak_etag(&reply.body).as_str()));
    assert_eq!(reply.header("vary"), Some("Origin"));
    assert_eq!(reply.header("x-powered-by"), Some("huggingface-moon"));
    assert!(reply.header("ratelimit").unwrap().starts_with("\"api\";r=499;t="));
    assert_eq!(reply.header("ratelimit-policy"), Some("\"fixed window\";\"api\";q=500;w=300"));
    assert!(reply.header("x-request-id").unwrap().starts_with("Root=1-"));
    let info = reply.json();
    assert_eq!(info["id"], "acme/tiny");
    assert_eq!(info["gated"], false);
    assert_eq!(info["siblings"][3], json!({"rfilename": "model.safetensors"}));
    assert!(info.get("securityRepoStatus").is_none());
}

#[test]
fn blobs_and_status_are_given_when_asked_for() {
    let hub = hub();
    let info =
        get(hub.endpoint(), "/api/models/acme/tiny/revision/main?blobs=true&securityStatus=true")
            .json();
    let config = br#"{"model_type": "bert"}"#;
    assert_eq!(
        info["siblings"][2],
        json!({"rfilename": "config.json", "size": 22, "blobId": git_blob_id(config)})
    );
    let large = &info["siblings"][3];
    let sha256 = large["lfs"]["sha256"].as_str().unwrap();
    let pointer = lfs_pointer(sha256, 80);
    assert_eq!(large["blobId"], git_blob_id(pointer.as_bytes()));
    assert_eq!(large["lfs"]["pointerSize"], pointer.len());
    assert_eq!(info["securityRepoStatus"], json!({"scansDone": true, "filesWithIssues": []}));
}

#[test]
fn expand_gives_what_has_a_value() {
    let hub = hub();
    let target = "/api/models/acme/tiny?expand%5B%5D=downloads&expand[]=gguf&expand=sha";
    let info = get(hub.endpoint(), target).json();
    let mut keys: Vec<&String> = info.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["_id", "downloads", "id", "sha"]);
}

#[test]
fn a_git_file_is_two_requests_away() {
    let hub = hub();
    let reply = get(hub.endpoint(), "/acme/tiny/resolve/main/config.json");
    let tag = git_blob_id(br#"{"model_type": "bert"}"#);
    let commit = hub.commit_id("acme/tiny", "main");
    let location = format!(
        "/api/resolve-cache/models/acme/tiny/{commit}/config.json\
         ?%2Facme%2Ftiny%2Fresolve%2Fmain%2Fconfig.json=&etag=%22{tag}%22"
    );
    assert_eq!(reply.status, 307);
    assert_eq!(reply.header("location"), Some(location.as_str()));
    assert_eq!(reply.text(), format!("Temporary Redirect. Redirecting to {location}"));
    assert_eq!(reply.header("x-linked-etag"), Some(format!("\"{tag}\"").as_str()));
    assert_eq!(reply.header("x-repo-commit"), Some(commit.as_str()));
    assert_eq!(reply.header("etag"), None);
    assert_eq!(reply.header("x-linked-size"), None);
    let file = get(hub.endpoint(), &location);
    assert_eq!(file.status, 200);
    assert_eq!(file.text(), r#"{"model_type": "bert"}"#);
    assert_eq!(file.header("etag"), Some(format!("\"{tag}\"").as_str()));
    assert_eq!(file.header("x-repo-commit"), Some(commit.as_str()));
    assert_eq!(file.header("accept-ranges"), Some("bytes"));
    assert_eq!(
        file.header("content-disposition"),
        Some("inline; filename*=UTF-8''config.json; filename=\"config.json\";")
    );
}

#[test]
fn a_large_file_is_at_the_cdn() {
    let hub = hub();
    let target = "/acme/tiny/resolve/v1.0/model.safetensors";
    let reply = get(hub.endpoint(), target);
    assert_eq!(reply.status, 302);
    let location = reply.header("location").unwrap();
    let at_cdn = target_at(hub.cdn(), location);
    assert_eq!(reply.header("x-linked-size"), Some("80"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("vary"), Some("Origin, Accept"));
    assert_eq!(reply.header("x-repo-commit"), Some(hub.commit_id("acme/tiny", "v1.0").as_str()));
    assert!(reply.header("link").unwrap().contains("rel=\"xet-auth\""));
    let file = get(hub.cdn(), at_cdn);
    assert_eq!(file.status, 200);
    let sha256 = sha256_hex(&file.body);
    assert_eq!(reply.header("x-linked-etag"), Some(format!("\"{sha256}\"").as_str()));
    let xet = reply.header("x-xet-hash").unwrap();
    assert_eq!(file.header("etag"), Some(format!("\"{xet}\"").as_str()));
    assert_ne!(xet, sha256);
    assert_eq!(file.header("x-repo-commit"), None);
    // HEAD has the same headers and no body; the connection lives on.
    let mut connection = Connection::to(hub.endpoint());
    for _ in 0..2 {
        let head = connection.ask("HEAD", target, &[]);
        assert_eq!((head.status, head.header("location")), (302, Some(location)));
    }
    assert_eq!(get(hub.cdn(), at_cdn.split('?').next().unwrap()).status, 403);
}

#[test]
fn ranges_at_the_cdn() {
    let hub = hub();
    let reply = get(hub.endpoint(), "/acme/tiny/resolve/main/model.safetensors");
    let target = target_at(hub.cdn(), reply.header("location").unwrap()).to_owned();
    let whole = get(hub.cdn(), &target).body;
    let mut connection = Connection::to(hub.cdn());
    let mut ask = |range: &str| connection.ask("GET", &target, &[("Range", range)]);
    let part = ask("bytes=8-15");
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 8-15/80")));
    assert_eq!(part.body, whole[8..16]);
    let tail = ask("bytes=70-999");
    assert_eq!((tail.status, tail.header("content-range")), (206, Some("bytes 70-79/80")));
    assert_eq!(ask("bytes=79-").body, whole[79..]);
    let beyond = ask("bytes=80-");
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */80")));
    // Not established at the real one.
    assert_eq!(ask("bytes=-5").status, 200);
    assert_eq!(ask("bytes=0-1,4-5").status, 200);
}

#[test]
fn a_private_repository_serves_small_files_itself() {
    let hub = hub();
    let reply = get_as("hf_member", hub.endpoint(), "/acme/private/resolve/main/config.json");
    assert_eq!((reply.status, reply.text()), (200, "{}"));
    assert_eq!(reply.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let large = get_as("hf_member", hub.endpoint(), "/acme/private/resolve/main/model.safetensors");
    assert_eq!(large.status, 302);
}

#[test]
fn who_may_not_know_is_told_nothing() {
    let hub = hub();
    for id in ["acme/private", "acme/nothing"] {
        for token in [None, Some("hf_nobody")] {
            for (target, api) in [
                (format!("/api/models/{id}"), true),
                (format!("/{id}/resolve/main/config.json"), false),
            ] {
                let reply = match token {
                    None => get(hub.endpoint(), &target),
                    Some(token) => get_as(token, hub.endpoint(), &target),
                };
                let message = "Invalid username or password.";
                assert_eq!(reply.status, 401);
                assert_eq!(reply.header("x-error-message"), Some(message));
                assert_eq!(reply.header("x-error-code"), None);
                assert_eq!(
                    reply.header("www-authenticate"),
                    Some("Bearer realm=\"Authentication required\", charset=\"UTF-8\"")
                );
                if api {
                    assert_eq!(reply.header("etag"), Some("W/\"29-dEMcHWfJi78ZR1aqzb1ELAhp3Us\""));
                    assert_eq!(reply.json(), json!({"error": message}));
                } else {
                    assert_eq!(reply.header("etag"), Some("W/\"1d-DMkJvg8tpLoaQbsiq9Mz7l2CJyI\""));
                    assert_eq!(reply.text(), message);
                }
            }
        }
        let reply = get_as("hf_stranger", hub.endpoint(), &format!("/api/models/{id}"));
        assert_eq!((reply.status, reply.header("x-error-code")), (404, Some("RepoNotFound")));
        assert_eq!(reply.json(), json!({"error": "Repository not found"}));
    }
}

#[test]
fn errors_have_the_recorded_words() {
    let hub = hub();
    let cases = [
        ("/api/models/acme/tiny/revision/nope", 404, "RevisionNotFound", "Invalid rev id: nope"),
        (
            "/api/models/acme/tiny/tree/main/nope",
            404,
            "EntryNotFound",
            "nope does not exist on \"main\"",
        ),
        ("/acme/tiny/resolve/main/nope.txt", 404, "EntryNotFound", "Entry not found"),
        (
            "/acme/gated/resolve/nope/config.json",
            401,
            "GatedRepo",
            "Access to model acme/gated is restricted. You must have access to it and be \
             authenticated to access it. Please log in.",
        ),
        ("/acme/gated/resolve/main/LICENSE", 404, "EntryNotFound", "Entry not found"),
    ];
    for (target, status, code, message) in cases {
        let reply = get(hub.endpoint(), target);
        assert_eq!(reply.status, status, "{target}");
        assert_eq!(reply.header("x-error-code"), Some(code), "{target}");
        assert_eq!(reply.header("x-error-message"), Some(message), "{target}");
        let text = if target.starts_with("/api/") {
            json!({"error": message}).to_string()
        } else {
            message.to_owned()
        };
        assert_eq!(reply.text(), text);
    }
    let forbidden = [
        (
            "hf_stranger",
            "Access to model acme/gated is restricted and you are not in the authorized list. \
             Visit https://huggingface.co/acme/gated to ask for access.",
        ),
        (
            "hf_waiting",
            "Your request to access model acme/gated is awaiting a review from the repo authors.",
        ),
    ];
    for (token, message) in forbidden {
        let reply = get_as(token, hub.endpoint(), "/acme/gated/raw/main/README.md");
        assert_eq!((reply.status, reply.header("x-error-code")), (403, Some("GatedRepo")));
        assert_eq!(reply.text(), message);
    }
    let disabled = get(hub.endpoint(), "/api/models/acme/disabled/tree/main");
    assert_eq!(disabled.status, 403);
    assert_eq!(disabled.header("x-error-message"), Some("Access to this resource is disabled."));
    assert_eq!(get(hub.endpoint(), "/api/models/acme/disabled").json()["disabled"], true);
    assert_eq!(get_as("hf_nobody", hub.endpoint(), "/api/models/acme/tiny").status, 401);
}

#[test]
fn a_gate_masks_digests_and_nothing_else() {
    let hub = hub();
    let target = "/api/models/acme/gated/tree/main";
    let closed = &get(hub.endpoint(), target).json()[2];
    let open = &get_as("hf_admitted", hub.endpoint(), target).json()[2];
    let mask = "*".repeat(64);
    assert_eq!(closed["lfs"]["oid"], mask);
    assert_eq!(closed["xetHash"], mask);
    assert_ne!(open["lfs"]["oid"], mask);
    for key in ["oid", "size", "path", "type"] {
        assert_eq!(closed[key], open[key]);
    }
    assert_eq!(closed["lfs"]["pointerSize"], open["lfs"]["pointerSize"]);
    assert_eq!(get(hub.endpoint(), "/acme/gated/resolve/main/README.md").status, 200);
    assert_eq!(get(hub.endpoint(), "/acme/gated/resolve/main/readme.md").status, 401);
    assert_eq!(get(hub.endpoint(), "/api/models/acme/gated/auth-check").status, 401);
    assert_eq!(get(hub.endpoint(), "/api/models/acme/tiny/auth-check").text(), "OK");
}

#[test]
fn a_renamed_repository_redirects_with_its_query() {
    let hub = hub();
    let cases = [
        ("/api/models/tiny", "/api/models/acme/tiny"),
        ("/api/models/tiny?blobs=true", "/api/models/acme/tiny?blobs=true"),
        (
            "/api/models/acme/old-tiny/revision/refs%2Fpr%2F1?blobs=true&x=a/b",
            "/api/models/acme/tiny/revision/refs%2Fpr%2F1?blobs=true&x=a/b",
        ),
        (
            "/api/models/tiny/tree/main/sub?recursive=true",
            "/api/models/acme/tiny/tree/main/sub?recursive=true",
        ),
        ("/acme/old-tiny/resolve/main/config.json", "/acme/tiny/resolve/main/config.json"),
        ("/Acme/Tiny/resolve/main/config.json", "/acme/tiny/resolve/main/config.json"),
    ];
    for (target, location) in cases {
        let reply = get(hub.endpoint(), target);
        assert_eq!((reply.status, reply.header("location")), (307, Some(location)));
        assert_eq!(reply.text(), format!("Temporary Redirect. Redirecting to {location}"));
        assert_eq!(reply.header("x-repo-commit"), None);
    }
    // Old ids of one word are resolved where they are.
    let reply = get(hub.endpoint(), "/tiny/resolve/main/model.safetensors");
    assert_eq!(reply.status, 302);
    assert_eq!(post(hub.endpoint(), "/api/models/tiny/paths-info/main", "{}").status, 307);
}

#[test]
fn listings_have_pages() {
    let hub = hub();
    let mut target = "/api/models/acme/many/tree/main?recursive=true&expand=false".to_owned();
    let mut paths = Vec::new();
    let mut pages = 0;
    loop {
        let reply = get(hub.endpoint(), &target);
        pages += 1;
        for entry in reply.json().as_array().unwrap() {
            paths.push(entry["path"].as_str().unwrap().to_owned());
        }
        let Some(link) = reply.header("link") else { break };
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        target = target_at(hub.endpoint(), next).to_owned();
    }
    assert_eq!((pages, paths.len()), (5, 231));
    assert!(paths.is_sorted());
    let commits = get(hub.endpoint(), "/api/models/acme/many/commits/main");
    assert_eq!(commits.header("x-total-count"), Some("121"));
    assert_eq!(
        commits.header("link"),
        Some(
            format!(
                "<{}/api/models/acme/many/commits/main?p=1&limit=50>; rel=\"next\"",
                hub.endpoint()
            )
            .as_str()
        )
    );
    let last = get(hub.endpoint(), "/api/models/acme/many/commits/main?p=2&limit=50");
    assert_eq!((last.header("link"), last.json().as_array().unwrap().len()), (None, 21));
}

#[test]
fn folders_come_first_and_have_tree_ids() {
    let hub = hub();
    let tree = get(hub.endpoint(), "/api/models/acme/tiny/tree/main?expand=true").json();
    assert_eq!(tree[0]["type"], "directory");
    assert_eq!(tree[0]["path"], "sub");
    assert_eq!(tree[0]["lastCommit"]["title"], "Add PyTorch weights");
    assert!(tree[0].get("securityFileStatus").is_none());
    assert_eq!(tree[2]["securityFileStatus"]["avScan"]["status"], "safe");
    let body = r#"{"paths":["sub","nope","config.json"],"expand":false}"#;
    let paths = post(hub.endpoint(), "/api/models/acme/tiny/paths-info/main", body).json();
    assert_eq!(paths.as_array().unwrap().len(), 2);
    assert_eq!(paths[0]["oid"], tree[0]["oid"]);
    assert!(paths[1].get("lastCommit").is_none());
    let form = post(
        hub.endpoint(),
        "/api/models/acme/tiny/paths-info/main",
        "paths=sub%2Fpytorch_model.bin&expand=true",
    );
    assert_eq!(form.json()[0]["securityFileStatus"]["pickleImportScan"]["version"], "0.0.32");
}

/// `git hash-object` and `git mktree` say the same of these.
#[test]
fn a_tree_id_is_gits() {
    let repository = Repository::new("a/b")
        .file("d/a.txt", File::git("hello\n"))
        .file("d/a/x", File::git("hello\n"));
    let hub = LoopbackHub::builder().repository(repository).start();
    let tree = get(hub.endpoint(), "/api/models/a/b/tree/main").json();
    assert_eq!(tree[0]["oid"], TREE);
}

const TREE: &str = "a9bae932899dbd616007c2ec028e2f137cef0266";

#[test]
fn references_accounts_and_organizations() {
    let hub = LoopbackHub::builder()
        .repository(
            Repository::new("acme/a")
                .file("x", File::git("1"))
                .commit("one")
                .tag("v1")
                .reference("refs/convert/parquet")
                .reference("refs/pr/7"),
        )
        .organization(Organization::new("acme").verified().plan("plus").followers(9))
        .user(User::new("reader", "hf_reader").role("write"))
        .start();
    let refs = get(hub.endpoint(), "/api/models/acme/a/refs").json();
    let commit = hub.commit_id("acme/a", "main");
    assert_eq!(
        refs,
        json!({
            "tags": [{"name": "v1", "ref": "refs/tags/v1", "targetCommit": commit}],
            "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": commit}],
            "converts": [
                {"name": "parquet", "ref": "refs/convert/parquet", "targetCommit": commit}
            ],
        })
    );
    let refs = get(hub.endpoint(), "/api/models/acme/a/refs?include_prs=1").json();
    assert_eq!(refs["pullRequests"][0]["name"], "7");
    let overview = get(hub.endpoint(), "/api/organizations/acme/overview").json();
    assert_eq!((&overview["isVerified"], &overview["numModels"]), (&json!(true), &json!(1)));
    let reply = get(hub.endpoint(), "/api/organizations/reader/overview");
    assert_eq!((reply.status, reply.header("x-error-code")), (404, None));
    assert_eq!(
        reply.json(),
        json!({"error": "Sorry, we can't find the page you are looking for."})
    );
    assert_eq!(get(hub.endpoint(), "/api/users/reader/overview").json()["type"], "user");
    let me = get_as("hf_reader", hub.endpoint(), "/api/whoami-v2").json();
    assert_eq!(me["auth"]["accessToken"]["role"], "write");
    let nobody = get(hub.endpoint(), "/api/whoami-v2");
    assert_eq!(nobody.header("etag"), Some("W/\"29-dEMcHWfJi78ZR1aqzb1ELAhp3Us\""));
}

#[test]
fn every_request_is_recorded_with_its_cost() {
    let hub = LoopbackHub::builder()
        .repository(
            Repository::new("a/b").gated(Gate::Automatic).admit("me").file("w", File::lfs("12345")),
        )
        .user(User::new("me", "hf_me"))
        .start();
    let reply = get_as("hf_me", hub.endpoint(), "/a/b/resolve/main/w");
    let target = target_at(hub.cdn(), reply.header("location").unwrap()).to_owned();
    Connection::to(hub.cdn()).ask("GET", &target, &[("Range", "bytes=1-3")]);
    assert!(hub.leaks("hf_me").is_empty());
    let requests = hub.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].header("AUTHORIZATION"), Some("Bearer hf_me"));
    assert_eq!((requests[1].listener, requests[1].status), (Listener::Cdn, 206));
    assert_eq!(requests[1].header("range"), Some("bytes=1-3"));
    assert!(requests.iter().all(|it| it.subject == "a/b/w"));
    assert_eq!(hub.sent("a/b/w"), requests[0].sent + requests[1].sent);
    assert!(requests[1].sent > 3);
    get_as("hf_me", hub.cdn(), &target);
    assert_eq!(hub.leaks("hf_me").len(), 1);
    hub.forget();
    assert!(hub.requests().is_empty());
}

#[test]
fn a_quota_ends() {
    let hub = LoopbackHub::builder()
        .repository(Repository::new("a/b").file("x", File::git("1")))
        .quota(2)
        .start();
    let statuses: Vec<u16> =
        (0..3).map(|_| get(hub.endpoint(), "/api/models/a/b").status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    let refused = get(hub.endpoint(), "/api/models/a/b");
    assert!(refused.header("ratelimit").unwrap().starts_with("\"api\";r=0;t="));
    // Another bucket.
    assert_eq!(get(hub.endpoint(), "/a/b/resolve/main/x").status, 307);
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let hub = hub();
    let mut connection = Connection::to(hub.endpoint());
    let first = connection.ask("GET", "/api/models/acme/tiny", &[]);
    let tag = first.header("etag").unwrap();
    let second = connection.ask("GET", "/api/models/acme/tiny", &[("If-None-Match", tag)]);
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(connection.ask("DELETE", "/api/models/acme/tiny", &[]).status, 405);
}
