//! Files behind redirects, and servers that do what they should not.

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use super::RemoteFile;
use crate::base::{Digest, GitBlobHasher, ReadAt as _, read_exact_at, read_up_to};
use crate::evidence::ListedDigest;
use crate::source::http::test_server::{Received, SECRET, Said, TestServer};
use crate::source::snapshot::RemoteBytes as _;

const COMMIT: &str = "ae329b6937f31305a0d6c6779f6cd4072cc4097e";
const RESOLVE: &str = "/org/model/resolve/ae329b6937f31305a0d6c6779f6cd4072cc4097e/model.bin";

/// Bytes that differ from their neighbours, so that a wrong offset shows.
fn content(length: usize) -> Arc<Vec<u8>> {
    Arc::new((0..length).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect())
}

fn listed(content: &[u8]) -> ListedDigest {
    ListedDigest::Sha256(Digest::of(content))
}

/// What the Hub answers for a large file.
fn to_cdn(cdn: &str, content: &[u8]) -> Said {
    Said::redirect(302, &format!("{cdn}?Signature=verysecret"))
        .header("X-Repo-Commit", COMMIT)
        .header("X-Linked-Etag", &format!("\"{}\"", Digest::of(content)))
        .header("X-Linked-Size", &content.len().to_string())
        .header("ETag", "\"of-the-redirect\"")
}

/// A Hub, its content network, and a file there.
struct Pair {
    hub: TestServer,
    cdn: TestServer,
    content: Arc<Vec<u8>>,
}

impl Pair {
    fn new(length: usize) -> Self {
        Self::with(length, Said::part)
    }

    fn with(
        length: usize,
        answer: impl Fn(&[u8], &Received) -> Said + Send + Sync + 'static,
    ) -> Self {
        let content = content(length);
        let served = Arc::clone(&content);
        let cdn = TestServer::start(move |request| {
            answer(&served, request).header("ETag", &"9".repeat(64))
        });
        let (address, redirected) = (cdn.url("/xet/a").to_string(), Arc::clone(&content));
        let hub = TestServer::start(move |_| to_cdn(&address, &redirected));
        Self { hub, cdn, content }
    }

    fn file(&self) -> RemoteFile {
        file(&self.hub, &self.content)
    }

    /// The ranges that the content network was asked for.
    fn ranges(&self) -> Vec<(u64, u64)> {
        let ranges = self.cdn.received();
        ranges
            .iter()
            .filter_map(Received::range)
            .map(|range| (range.start(), range.end()))
            .collect()
    }
}

impl Drop for Pair {
    /// Whatever a test does: the token never gets to the content network.
    fn drop(&mut self) {
        for request in self.cdn.received() {
            assert!(!format!("{request:?}").contains(SECRET), "{request:?}");
        }
    }
}

fn file(hub: &TestServer, content: &[u8]) -> RemoteFile {
    file_listed(hub, content.len() as u64, listed(content))
}

fn file_listed(hub: &TestServer, size: u64, digest: ListedDigest) -> RemoteFile {
    let commit = COMMIT.parse().unwrap();
    RemoteFile::new(hub.client(), hub.url(RESOLVE), "model.bin".to_owned(), size, digest, commit)
}

fn read(file: &RemoteFile, offset: usize, length: usize) -> Vec<u8> {
    let mut buffer = vec![0; length];
    read_exact_at(file, offset as u64, &mut buffer).unwrap();
    buffer
}

fn stream(file: &RemoteFile) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.stream()?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The reason why reading fails, which holds nothing secret.
fn failure(file: &RemoteFile) -> String {
    read_up_to(file, 0, &mut [0; 16]).unwrap_err();
    let reason = file.failure().unwrap();
    assert!(reason.contains("`model.bin`: GET http://"), "{reason}");
    assert!(!format!("{reason} {file:?}").contains("secret"), "{reason} {file:?}");
    reason
}

#[test]
fn bytes_come_from_the_content_network_without_the_token() {
    let pair = Pair::new(5 << 20);
    let file = pair.file();
    assert_eq!(file.len().unwrap(), 5 << 20);
    assert!(pair.hub.received().is_empty());
    assert_eq!(read(&file, 3 << 20, 1000), pair.content[3 << 20..][..1000]);
    assert_eq!(read(&file, 0, 1000), pair.content[..1000]);
    let hub = pair.hub.received();
    assert_eq!(hub.len(), 1);
    assert_eq!(hub[0].header("authorization"), Some("Bearer hf_secret"));
    assert_eq!(hub[0].header("range"), Some("bytes=3145728-3162111"));
    assert_eq!(pair.ranges(), [(3 << 20, (3 << 20) + (16 << 10)), (0, 16 << 10)]);
    assert!(pair.cdn.received()[0].target.contains("Signature="));
    assert_eq!(pair.cdn.connections(), 1);
    assert_eq!(file.failure(), None);
    assert!(!format!("{file:?}").contains("secret"));
}

#[test]
fn what_was_read_is_not_fetched_again() {
    let pair = Pair::new(5 << 20);
    let file = pair.file();
    for at in 0..1000 {
        assert_eq!(read(&file, at * 7, 7), pair.content[at * 7..][..7]);
    }
    assert_eq!(pair.ranges(), [(0, 16 << 10)]);
    read(&file, 5000, 40_000);
    assert_eq!(pair.ranges()[1..], [(16 << 10, 48 << 10)]);
}

#[test]
fn the_end_comes_at_once_and_a_small_file_as_a_whole() {
    let pair = Pair::new(5 << 20);
    let (file, end) = (pair.file(), 5 << 20);
    assert_eq!(read(&file, end - 22, 22), pair.content[end - 22..]);
    assert_eq!(read(&file, end - 30_000, 100), pair.content[end - 30_000..][..100]);
    assert_eq!(pair.ranges(), [(end as u64 - (32 << 10), end as u64)]);
    let pair = Pair::new(64 << 10);
    let file = pair.file();
    read(&file, 40_000, 1);
    read(&file, 0, 64 << 10);
    assert_eq!(pair.ranges(), [(0, 64 << 10)]);
    assert_eq!(file.read_at(64 << 10, &mut [0]).unwrap(), 0);
    assert_eq!(file.read_at(u64::MAX, &mut [0]).unwrap(), 0);
}

#[test]
fn a_git_file_is_one_hop_further_at_the_hub() {
    let bytes = content(665);
    let mut hasher = GitBlobHasher::new(665);
    hasher.update(&bytes);
    let id = hasher.finish();
    let served = Arc::clone(&bytes);
    let hub = TestServer::start(move |request| {
        let quoted = format!("\"{id}\"");
        if request.path() == RESOLVE {
            let location = "/api/resolve-cache/models/org/model/x/config.json?etag=%22a%22";
            return Said::redirect(307, location)
                .header("X-Linked-Etag", &quoted)
                .header("X-Repo-Commit", COMMIT);
        }
        Said::part(&served, request).header("ETag", &quoted).header("X-Repo-Commit", COMMIT)
    });
    let file = file_listed(&hub, 665, ListedDigest::GitBlob(id));
    assert_eq!(read(&file, 0, 665), *bytes);
    assert_eq!(stream(&file).unwrap(), *bytes);
    let received = hub.received();
    assert!(received.iter().all(|request| request.header("authorization").is_some()));
    assert_eq!(received.iter().filter(|request| request.path() == RESOLVE).count(), 1);
}

#[test]
fn an_empty_file_needs_no_request() {
    let pair = Pair::new(0);
    let file = pair.file();
    assert!(file.is_empty().unwrap());
    assert_eq!(stream(&file).unwrap(), b"");
    file.prefetch(&[(0, 100)]);
    assert!(pair.hub.received().is_empty());
}

#[test]
fn what_the_endpoint_says_must_be_what_was_listed() {
    let bytes = content(100_000);
    let digest = Digest::of(&bytes);
    let other = Digest::of(b"other").to_string();
    let cases: [(&str, &str, &str); 5] = [
        ("X-Repo-Commit", "0000000000000000000000000000000000000000", "is now at commit 0000"),
        ("X-Linked-Size", "100001", "has 100001 bytes, and 100000 were listed"),
        ("X-Linked-Etag", &other, "its digest is another one"),
        ("X-Linked-Etag", "10c66461e4c109db5a2196bff4bb59be30396ed8", "its digest is another"),
        ("X-Linked-Size", "0", "has 0 bytes"),
    ];
    for (name, value, expected) in cases {
        let cdn = Pair::new(100_000);
        let address = cdn.cdn.url("/a").to_string();
        let (name, value, served) = (name.to_owned(), value.to_owned(), Arc::clone(&bytes));
        let hub = TestServer::start(move |_| to_cdn(&address, &served).header(&name, &value));
        let file = file_listed(&hub, 100_000, ListedDigest::Sha256(digest));
        let reason = failure(&file);
        assert!(reason.contains("changed between listing and reading"), "{reason}");
        assert!(reason.contains(expected), "{reason}");
        // What failed once is not asked again, and whatever was read before counts no more.
        file.prefetch(&[(0, 10), (50_000, 10)]);
        assert!(stream(&file).is_err());
        assert_eq!(hub.received().len(), 1);
    }
}

#[test]
fn a_masked_digest_is_unknown_and_no_difference() {
    let pair = Pair::new(100_000);
    let (address, served) = (pair.cdn.url("/a").to_string(), Arc::clone(&pair.content));
    let hub = TestServer::start(move |_| {
        to_cdn(&address, &served).header("X-Linked-Etag", &format!("\"{}\"", "*".repeat(64)))
    });
    read(&file(&hub, &pair.content), 0, 100);
    let file = file_listed(&pair.hub, 100_000, ListedDigest::Unknown);
    read(&file, 0, 100);
}

#[test]
fn the_digest_of_the_content_network_is_not_believed() {
    // Its ETag and its X-Repo-Commit would differ from what was listed.
    let pair = Pair::with(100_000, |content, request| {
        Said::part(content, request)
            .header("X-Repo-Commit", &"0".repeat(40))
            .header("X-Linked-Size", "7")
    });
    assert_eq!(read(&pair.file(), 0, 100), pair.content[..100]);
}

#[test]
fn what_is_refused_is_told_apart() {
    let cases: [(u16, &str, &str, &str); 7] = [
        (401, "GatedRepo", "Access to model a is restricted.", "accept its terms on its page"),
        (403, "GatedRepo", "Your request is awaiting a review", "awaiting a review"),
        (401, "", "Invalid credentials in Authorization header", "the token is not accepted"),
        (
            401,
            "",
            "Invalid username or password.",
            "does not exist, or it is private and the token",
        ),
        (403, "", "Access to this resource is disabled.", "access is denied"),
        (404, "EntryNotFound", "Entry not found", "listed and not there"),
        (418, "", "", "the server answered 418"),
    ];
    for (status, code, message, expected) in cases {
        let hub = TestServer::start(move |_| {
            Said::status(status)
                .header("X-Error-Code", code)
                .header(
                    "X-Error-Message",
                    &format!("{message} hf_secret")
                        .replace("Authorization header hf_secret", "Authorization header"),
                )
                .header("X-Request-Id", "Root=1")
        });
        let reason = failure(&file(&hub, &content(100)));
        assert!(reason.contains(expected) && reason.contains("Root=1"), "{status}: {reason}");
        assert_eq!(hub.received().len(), 1);
    }
}

#[test]
fn an_expired_address_is_asked_for_again_once() {
    let pair = Pair::with(1 << 20, |content, request| match request.index {
        1 | 2 => Said::status(403).body("expired"),
        _ => Said::part(content, request),
    });
    let file = pair.file();
    read(&file, 0, 100);
    // The address has expired, and so has the new one.
    assert!(read_exact_at(&file, 500_000, &mut [0; 100]).is_err());
    assert!(file.failure().unwrap().contains("answered 403"), "{:?}", file.failure());
    assert_eq!((pair.hub.received().len(), pair.cdn.received().len()), (2, 3));

    let pair = Pair::with(1 << 20, |content, request| match request.index {
        1 => Said::status(403).body("expired"),
        _ => Said::part(content, request),
    });
    let file = pair.file();
    read(&file, 0, 100);
    assert_eq!(read(&file, 500_000, 100), pair.content[500_000..][..100]);
    assert_eq!(pair.hub.received().len(), 2);
}

#[test]
fn a_read_that_breaks_off_goes_on_where_it_broke() {
    let pair = Pair::with(1 << 20, |content, request| match request.index {
        0 => Said::part(content, request).cut_after(1000),
        1 => Said::nothing(),
        2 => Said::status(503),
        3 => Said::part(content, request).cut_after(0),
        _ => Said::part(content, request),
    });
    let file = pair.file();
    assert_eq!(read(&file, 0, 16 << 10), pair.content[..16 << 10]);
    let end = 16 << 10;
    assert_eq!(pair.ranges(), [(0, end), (1000, end), (1000, end), (1000, end), (1000, end)]);
    assert_eq!(file.failure(), None);
}

#[test]
fn a_read_that_always_breaks_off_fails() {
    let pair = Pair::with(1 << 20, |content, request| Said::part(content, request).cut_after(1));
    let reason = failure(&pair.file());
    assert!(reason.contains("closed before the end"), "{reason}");
    assert_eq!(pair.cdn.received().len(), 5);
}

#[test]
fn a_reply_for_another_range_is_no_reply() {
    type Answer = fn(&[u8], &Received) -> Said;
    let cases: [(Answer, &str); 7] = [
        (|all, _| Said::status(206).body(&all[..16 << 10]), "does not say which bytes"),
        (
            |all, request| {
                Said::part(all, request).header("Content-Range", "bytes 1-16384/1048576")
            },
            "bytes=0-16383 was asked for and bytes=1-16384 came",
        ),
        (
            |all, request| Said::part(all, request).header("Content-Range", "bytes 0-9/1048576"),
            "bytes=0-9 came",
        ),
        (
            |all, request| Said::part(all, request).header("Content-Range", "bytes 0-16383/99999"),
            "has 99999 bytes, and 1048576 were listed",
        ),
        (
            |all, request| Said::part(all, request).header("Content-Range", "bytes 0-16383/*"),
            "does not say which bytes",
        ),
        (|all, request| Said::part(all, request).body(&all[..100_000]), "its length is another"),
        (|all, _| Said::ok(&all[..1000]), "has 1000 bytes, and 1048576 were listed"),
    ];
    for (answer, expected) in cases {
        let pair = Pair::with(1 << 20, answer);
        let reason = failure(&pair.file());
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn a_file_that_shrank_has_changed() {
    let pair = Pair::with(1 << 20, |_, _| Said::status(416));
    let reason = failure(&pair.file());
    assert!(reason.contains("no longer has 1048576 bytes"), "{reason}");
    assert_eq!(pair.cdn.received().len(), 1);
}

#[test]
fn an_encoded_reply_is_no_file() {
    let pair = Pair::with(1 << 20, |content, request| {
        Said::part(content, request).header("Content-Encoding", "br")
    });
    assert!(failure(&pair.file()).contains("encoded (`br`)"));
}

#[test]
fn a_server_that_ignores_ranges_is_read_no_further_than_needed() {
    let pair = Pair::with(6 << 20, |content, _| Said::ok(content));
    let file = pair.file();
    assert_eq!(read(&file, 0, 1000), pair.content[..1000]);
    assert_eq!(read(&file, 900_000, 1000), pair.content[900_000..][..1000]);
    assert!(file.client.activity().bytes() < 1 << 20);
    assert!(read_exact_at(&file, 5 << 20, &mut [0; 10]).is_err());
    assert!(file.failure().unwrap().contains("does not answer requests for ranges"));
}

#[test]
fn a_body_that_goes_on_is_read_no_further() {
    let pair = Pair::with(1 << 20, |content, request| {
        let body: Vec<u8> = b"4100\r\n".iter().chain(&content[..0x4100]).copied().collect();
        Said::part(content, request)
            .body([body.as_slice(), b"\r\n0\r\n\r\n"].concat())
            .header("Transfer-Encoding", "chunked")
            .without_length()
    });
    let file = pair.file();
    assert_eq!(read(&file, 0, 100), pair.content[..100]);
    assert!(file.client.activity().bytes() < 0x4100 + 20);
}

#[test]
fn hinted_ranges_are_fetched_exactly_and_once() {
    let pair = Pair::new(5 << 20);
    let file = pair.file();
    file.prefetch(&[(1 << 20, 64), (0, 64), (1000, 64), (2 << 20, 100), (9 << 20, 64)]);
    let expected = [(0, 1064), (1 << 20, (1 << 20) + 64), (2 << 20, (2 << 20) + 100)];
    let mut ranges = pair.ranges();
    ranges.sort_unstable();
    assert_eq!(ranges, expected);
    assert_eq!(read(&file, 2 << 20, 100), pair.content[2 << 20..][..100]);
    assert_eq!(read(&file, 1 << 20, 64), pair.content[1 << 20..][..64]);
    file.prefetch(&[(1000, 64)]);
    assert_eq!(pair.ranges().len(), 3);
}

#[test]
fn hinted_ranges_are_fetched_at_the_same_time() {
    // Each reply is held back until four requests are there at once.
    let at_once = Arc::new((Mutex::new((0_usize, 0_usize)), Condvar::new()));
    let counted = Arc::clone(&at_once);
    let pair = Pair::with(5 << 20, move |content, request| {
        if request.index > 0 {
            let (state, changed) = &*counted;
            let mut state = state.lock().unwrap();
            state.0 += 1;
            state.1 = state.1.max(state.0);
            changed.notify_all();
            let limit = Duration::from_secs(5);
            let (mut state, _) =
                changed.wait_timeout_while(state, limit, |state| state.1 < 4).unwrap();
            state.0 -= 1;
        }
        Said::part(content, request)
    });
    let file = pair.file();
    let ranges: Vec<(u64, u64)> = (0..20_u64).map(|at| (at * 200_000, 64)).collect();
    file.prefetch(&ranges);
    let most = at_once.0.lock().unwrap().1;
    assert!((4..=8).contains(&most), "{most} at once");
    assert_eq!(pair.cdn.received().len(), 20);
    assert_eq!(pair.hub.received().len(), 1);
}

#[test]
fn a_hint_that_fails_is_given_up_and_costs_nothing_else() {
    let pair = Pair::with(5 << 20, |content, request| {
        if request.index < 5 { Said::nothing() } else { Said::part(content, request) }
    });
    let file = pair.file();
    file.prefetch(&[(0, 64), (1 << 20, 64), (2 << 20, 64)]);
    assert_eq!((pair.cdn.received().len(), file.failure()), (5, None));
    assert_eq!(read(&file, 1 << 20, 64), pair.content[1 << 20..][..64]);
}

#[test]
fn a_hint_for_which_time_runs_out_is_not_waited_for_twice() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = Mutex::new(held);
    let hub = TestServer::start(move |_| {
        let _ = held.lock().unwrap().recv();
        Said::nothing()
    });
    let client = hub.client_with(|settings| {
        settings.timeouts.head = Duration::from_millis(20);
        settings.patience.attempts = 2;
    });
    let url = hub.url(RESOLVE);
    let commit = COMMIT.parse().unwrap();
    let file = RemoteFile::new(client, url, "a".to_owned(), 1 << 20, ListedDigest::Unknown, commit);
    file.prefetch(&[(0, 64), (1 << 19, 64)]);
    assert!(file.failure().unwrap().contains("waiting for the reply"));
    assert!(read_exact_at(&file, 0, &mut [0; 64]).is_err());
    assert_eq!(file.client.activity().requests(), 2);
    drop(release);
}

#[test]
fn several_threads_read_the_same_file() {
    let pair = Pair::new(3 << 20);
    let file = pair.file();
    let reads = AtomicUsize::new(0);
    thread::scope(|scope| {
        for worker in 0..8_usize {
            let (file, content, reads) = (&file, &pair.content, &reads);
            scope.spawn(move || {
                for turn in 0..60_usize {
                    let at = (worker * 397_001 + turn * 50_021) % (3 << 20);
                    let length = (turn * 977 % 70_000 + 1).min((3 << 20) - at);
                    if turn % 7 == 0 {
                        file.prefetch(&[(at as u64, 100), (at as u64 / 2, 5000)]);
                    }
                    assert_eq!(read(file, at, length), content[at..at + length]);
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(reads.into_inner(), 8 * 60);
    assert_eq!(pair.hub.received().len(), 1);
}

#[test]
fn several_threads_want_the_same_bytes_and_they_come_once() {
    let pair = Pair::new(1 << 20);
    let file = pair.file();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(read(&file, 100, 100), pair.content[100..200]));
        }
    });
    assert_eq!(pair.ranges().len(), 1);
}

#[test]
fn a_stream_is_one_request_and_goes_on_after_a_break() {
    let pair = Pair::new(3 << 20);
    assert_eq!(stream(&pair.file()).unwrap(), *pair.content);
    assert_eq!(pair.ranges(), [(0, 3 << 20)]);

    let pair = Pair::with(3 << 20, |content, request| match request.index {
        0..=2 => Said::part(content, request).cut_after(500_000),
        _ => Said::part(content, request),
    });
    let file = pair.file();
    assert_eq!(stream(&file).unwrap(), *pair.content);
    let starts: Vec<u64> = pair.ranges().iter().map(|range| range.0).collect();
    assert_eq!(starts, [0, 500_000, 1_000_000, 1_500_000]);
    assert_eq!(pair.hub.received().len(), 1);
    assert_eq!(file.failure(), None);
}

#[test]
fn a_stream_has_as_many_bytes_as_were_listed_or_fails() {
    let pair = Pair::with(100_000, |content, request| {
        let chunk = [b"186A1\r\n".as_slice(), content, b"!\r\n0\r\n\r\n"].concat();
        Said::part(content, request)
            .body(chunk)
            .header("Transfer-Encoding", "chunked")
            .without_length()
    });
    let file = pair.file();
    assert!(stream(&file).is_err());
    assert!(file.failure().unwrap().contains("more than the 100000 listed bytes"));

    let pair = Pair::with(100_000, |content, request| {
        Said::part(content, request).cut_after(request.index.min(1))
    });
    let file = pair.file();
    assert!(stream(&file).is_err());
    assert!(file.failure().unwrap().contains("closed before the end"));
    assert_eq!(pair.cdn.received().len(), 5);
}

#[test]
fn a_stream_and_reads_go_together_even_with_one_permit() {
    let pair = Pair::new(3 << 20);
    let client = pair.hub.client_with(|settings| settings.requests_at_once = 1);
    let file = RemoteFile::new(
        client,
        pair.hub.url(RESOLVE),
        "model.bin".to_owned(),
        3 << 20,
        listed(&pair.content),
        COMMIT.parse().unwrap(),
    );
    let mut stream = file.stream().unwrap();
    let mut bytes = vec![0; 1000];
    stream.read_exact(&mut bytes).unwrap();
    file.prefetch(&[(0, 10), (1 << 20, 10), (2 << 20, 10)]);
    assert_eq!(read(&file, 1 << 20, 10), pair.content[1 << 20..][..10]);
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, *pair.content);
}

#[test]
fn a_redirect_of_the_content_network_gets_no_token_either() {
    let pair = Pair::new(100_000);
    let last = pair.cdn.url("/b?Signature=verysecret").to_string();
    let middle = TestServer::start(move |_| Said::redirect(302, &last));
    let (address, served) = (middle.url("/a").to_string(), Arc::clone(&pair.content));
    let hub = TestServer::start(move |_| to_cdn(&address, &served));
    assert_eq!(read(&file(&hub, &pair.content), 0, 100), pair.content[..100]);
    assert_eq!(middle.received().len(), 1);
    assert!(!format!("{:?}", middle.received()).contains(SECRET));
}

#[test]
fn what_many_files_keep_is_bounded() {
    let pair = Pair::new(3 << 20);
    let client = pair.hub.client_with(|settings| settings.cached_bytes = 200_000);
    let file = || {
        RemoteFile::new(
            Arc::clone(&client),
            pair.hub.url(RESOLVE),
            "model.bin".to_owned(),
            3 << 20,
            listed(&pair.content),
            COMMIT.parse().unwrap(),
        )
    };
    let files: Vec<RemoteFile> = (0..20).map(|_| file()).collect();
    for file in &files {
        for at in [0, 1 << 20, 2 << 20] {
            assert_eq!(read(file, at, 100), pair.content[at..][..100]);
        }
    }
    assert!(client.extents().total() <= 200_000, "{}", client.extents().total());
    drop(files);
    assert_eq!(client.extents().total(), 0);
}
