//! Every fault, seen by a client that takes nothing for granted.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use loopback_hub::{
    Content, Fault, FaultMix, FaultRule, File, Garbage, Listener, LoopbackHub, RangeLie,
    Repository, Route,
};

use super::client::{Connection, Reply, get, target_at, to_the_end};

/// A hub with one large file `a/b/w` of the bytes 0 to 99.
fn hub(rule: FaultRule) -> LoopbackHub {
    let content: Vec<u8> = (0..100).collect();
    LoopbackHub::builder()
        .repository(
            Repository::new("a/b")
                .page_size(2)
                .file("w", File::lfs(content))
                .file("x", File::git("1"))
                .file("y", File::git("2")),
        )
        .fault(rule)
        .start()
}

/// The large file's address at the CDN.
fn address(hub: &LoopbackHub) -> String {
    let reply = get(hub.endpoint(), "/a/b/resolve/main/w");
    target_at(hub.cdn(), reply.header("location").unwrap()).to_owned()
}

/// Bytes 10 to 19 of the file, read to the end of the connection.
fn part(hub: &LoopbackHub) -> Reply {
    to_the_end(hub.cdn(), &address(hub), Some("bytes=10-19"))
}

/// The same on a connection that stays.
fn kept(hub: &LoopbackHub) -> Reply {
    let address = address(hub);
    Connection::to(hub.cdn()).ask("GET", &address, &[("Range", "bytes=10-19")])
}

const PART: [u8; 10] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

#[test]
fn connections_are_reset_or_closed() {
    let reply = part(&hub(Fault::ResetBeforeReply.on(Route::Cdn)));
    assert_eq!((reply.status, reply.end), (0, Some(ErrorKind::ConnectionReset)));
    let reply = part(&hub(Fault::ClosedBeforeReply.on(Route::Cdn)));
    assert_eq!((reply.status, reply.end), (0, Some(ErrorKind::UnexpectedEof)));
    let reply = part(&hub(Fault::NotHttp.on(Route::Cdn)));
    assert_eq!((reply.status, reply.end), (0, Some(ErrorKind::InvalidData)));
}

#[test]
fn a_reset_within_a_reply_is_a_reset() {
    let hub = hub(Fault::ResetWithin(4).on(Route::Cdn));
    let target = address(&hub);
    // A reset may overtake what was sent before it.
    let reply = to_the_end(hub.cdn(), &target, None);
    assert_eq!(reply.end, Some(ErrorKind::ConnectionReset));
    assert!(reply.body.len() <= 4);
}

#[test]
fn bodies_are_too_short_or_too_long() {
    let reply = part(&hub(Fault::Truncated(4).on(Route::Cdn)));
    assert_eq!((reply.body.as_slice(), reply.end), (&PART[..4], Some(ErrorKind::UnexpectedEof)));
    assert_eq!(reply.header("content-length"), Some("10"));
    let reply = kept(&hub(Fault::Overlong(3).on(Route::Cdn)));
    assert_eq!(reply.body, [PART.as_slice(), &[0; 3]].concat());
    assert_eq!(reply.header("content-range"), Some("bytes 10-19/100"));
    let reply = part(&hub(Fault::Unannounced(3).on(Route::Cdn)));
    assert_eq!(reply.header("content-length"), Some("10"));
    assert_eq!(reply.body.len(), 13);
    let reply = part(&hub(Fault::EndlessBody(300_000).on(Route::Cdn)));
    assert_eq!((reply.header("content-length"), reply.body.len()), (None, 300_000));
}

#[test]
fn ranges_are_wrong() {
    let range = |lie: RangeLie| {
        let reply = kept(&hub(Fault::WrongRange(lie).on(Route::Cdn)));
        assert_eq!((reply.status, reply.body.len()), (206, 10));
        (reply.header("content-range").map(str::to_owned), reply.body[0])
    };
    assert_eq!(range(RangeLie::Shifted), (Some("bytes 11-20/100".to_owned()), 11));
    assert_eq!(range(RangeLie::OtherTotal), (Some("bytes 10-19/101".to_owned()), 10));
    assert_eq!(range(RangeLie::Missing), (None, 10));
    assert_eq!(range(RangeLie::Nonsense), (Some("bytes of old/some".to_owned()), 10));
    let reply = kept(&hub(Fault::WholeFile.on(Route::Cdn)));
    assert_eq!((reply.status, reply.body.len()), (200, 100));
    assert_eq!(reply.header("content-range"), None);
}

#[test]
fn errors_and_pages_for_people() {
    let reply = kept(&hub(Fault::Status(503).on(Route::Cdn)));
    assert_eq!((reply.status, reply.body.len()), (503, 0));
    let reply = kept(&hub(Fault::HtmlPage(200).on(Route::Cdn)));
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(reply.text().contains("<h1>200</h1>"));
    let fault = Fault::TooManyRequests { reset: 55, retry_after: Some(3) };
    let hub = hub(fault.on(Route::Info).skip(1).times(1));
    let statuses: Vec<u16> =
        (0..3).map(|_| get(hub.endpoint(), "/api/models/a/b").status).collect();
    assert_eq!(statuses, [200, 429, 200]);
    let faults: Vec<bool> = hub.requests().iter().map(|it| it.fault.is_some()).collect();
    assert_eq!(faults, [false, true, false]);
}

#[test]
fn a_storm_has_its_headers() {
    let fault = Fault::TooManyRequests { reset: 55, retry_after: Some(3) };
    let reply = get(hub(fault.anywhere()).endpoint(), "/api/models/a/b");
    assert_eq!(reply.header("ratelimit"), Some("\"api\";r=0;t=55"));
    assert_eq!(reply.header("retry-after"), Some("3"));
}

#[test]
fn redirects_go_round_or_away() {
    let here = hub(Fault::RedirectLoop.on(Route::Resolve));
    let target = "/a/b/resolve/main/w";
    let reply = get(here.endpoint(), target);
    let location = format!("{}{target}", here.endpoint());
    assert_eq!((reply.status, reply.header("location")), (302, Some(location.as_str())));
    let away = hub(Fault::RedirectForeign.on(Route::Cdn));
    let reply = get(away.cdn(), &address(&away));
    let foreign = target_at(away.foreign(), reply.header("location").unwrap());
    assert_eq!(get(away.foreign(), foreign).body.len(), 100);
    let last = away.requests().pop().unwrap();
    assert_eq!((last.listener, last.subject.as_str()), (Listener::Foreign, "a/b/w"));
    let api = hub(Fault::RedirectForeign.on(Route::Info));
    assert_eq!(get(api.foreign(), "/api/models/a/b").json()["id"], "a/b");
}

#[test]
fn files_change_behind_the_listing() {
    let reply = get(hub(Fault::OtherCommit.on(Route::Resolve)).endpoint(), "/a/b/resolve/main/w");
    assert!(reply.header("x-repo-commit").unwrap().starts_with("c0ffee"));
    let reply = get(hub(Fault::OtherSize(7).on(Route::Resolve)).endpoint(), "/a/b/resolve/main/w");
    assert_eq!(reply.header("x-linked-size"), Some("107"));
    let reply = kept(&hub(Fault::OtherSize(-1).on(Route::Cdn)));
    assert_eq!(reply.header("content-range"), Some("bytes 10-19/99"));
    let reply = kept(&hub(Fault::FlippedBit(12).on(Route::Cdn)));
    assert_eq!(reply.body, [10, 11, 13, 13, 14, 15, 16, 17, 18, 19]);
    assert_eq!(kept(&hub(Fault::FlippedBit(20).on(Route::Cdn))).body, PART);
}

#[test]
fn stale_listings_and_corrupted_bytes() {
    let hub = LoopbackHub::builder()
        .repository(
            Repository::new("a/b")
                .file("replaced", File::lfs("old").replaced_by("newer"))
                .file("corrupted", File::lfs("old").corrupted_to("bad"))
                .file("small", File::git("old").replaced_by(Content::bytes("newer"))),
        )
        .start();
    let info = get(hub.endpoint(), "/api/models/a/b?blobs=true").json();
    let listed = info["siblings"][0]["lfs"]["sha256"].as_str().unwrap().to_owned();
    assert_eq!(info["siblings"][1]["size"], 3);
    let corrupted = get(hub.endpoint(), "/a/b/resolve/main/corrupted");
    assert_eq!(corrupted.header("x-linked-etag"), Some(format!("\"{listed}\"").as_str()));
    let bytes = get(hub.cdn(), target_at(hub.cdn(), corrupted.header("location").unwrap()));
    assert_eq!(bytes.text(), "bad");
    let replaced = get(hub.endpoint(), "/a/b/resolve/main/replaced");
    assert_eq!(replaced.header("x-linked-size"), Some("5"));
    assert_ne!(replaced.header("x-linked-etag"), corrupted.header("x-linked-etag"));
    let small = get(hub.endpoint(), "/a/b/resolve/main/small");
    assert_eq!(get(hub.endpoint(), small.header("location").unwrap()).text(), "newer");
}

#[test]
fn json_is_garbage() {
    let target = "/api/models/a/b";
    for garbage in
        [Garbage::Cut, Garbage::Null, Garbage::WrongTypes, Garbage::Nested, Garbage::Binary]
    {
        let reply = get(hub(Fault::GarbageJson(garbage).on(Route::Info)).endpoint(), target);
        assert_eq!(reply.status, 200);
        let read = serde_json::from_slice::<serde_json::Value>(&reply.body);
        assert!(read.is_err() || read.is_ok_and(|value| value["sha"].as_str().is_none()));
    }
    let reply = get(hub(Fault::WrongContentType("text/html").anywhere()).endpoint(), target);
    assert_eq!(reply.header("content-type"), Some("text/html"));
    let reply = get(hub(Fault::ContentEncoding("gzip").anywhere()).endpoint(), target);
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
}

#[test]
fn pages_never_end_repeat_or_lead_away() {
    let next = |hub: &LoopbackHub, target: &str| {
        let reply = get(hub.endpoint(), target);
        let link = reply.header("link").unwrap();
        link.split(['<', '>']).nth(1).unwrap().to_owned()
    };
    let first = "/api/models/a/b/tree/main?recursive=true";
    let endless = hub(Fault::EndlessPages.on(Route::Tree));
    let mut target = first.to_owned();
    for number in 1..5 {
        let address = next(&endless, &target);
        target = target_at(endless.endpoint(), &address).to_owned();
        assert_eq!(target, format!("{first}&cursor=endless-{number}"));
    }
    let repeated = hub(Fault::RepeatedPage.on(Route::Tree));
    assert_eq!(target_at(repeated.endpoint(), &next(&repeated, first)), first);
    let away = hub(Fault::ForeignPage.on(Route::Tree));
    assert!(next(&away, first).starts_with(away.foreign()));
}

#[test]
fn replies_are_late_or_slow() {
    let begin = Instant::now();
    let hub = hub(Fault::Delay(Duration::from_millis(30)).on(Route::Info));
    get(hub.endpoint(), "/api/models/a/b");
    assert!(begin.elapsed() >= Duration::from_millis(30));
    let drip = Fault::Drip {
        piece: 1,
        pause: Duration::from_millis(2),
        at_most: Duration::from_millis(8),
    };
    let slow = self::hub(drip.on(Route::Cdn));
    let begin = Instant::now();
    assert_eq!(kept(&slow).body, PART);
    assert!(begin.elapsed() >= Duration::from_millis(8));
}

#[test]
fn a_mix_strikes_some_and_is_recorded() {
    let faults = vec![Fault::Status(500)];
    let hub = LoopbackHub::builder()
        .repository(Repository::new("a/b").file("x", File::git("1")))
        .mix(FaultMix::of(3, 500, faults))
        .start();
    let statuses: Vec<u16> =
        (0..40).map(|_| get(hub.endpoint(), "/api/models/a/b").status).collect();
    let struck = statuses.iter().filter(|status| **status == 500).count();
    assert!((8..32).contains(&struck), "{struck}");
    let recorded = hub.requests().iter().filter(|it| it.fault.is_some()).count();
    assert_eq!(recorded, struck);
}

#[test]
fn a_hub_stops_with_connections_open() {
    let hub = hub(Fault::Delay(Duration::from_secs(600)).on(Route::Info));
    let idle = Connection::to(hub.endpoint());
    let endpoint = hub.endpoint().to_owned();
    let waiting = std::thread::spawn(move || to_the_end(&endpoint, "/api/models/a/b", None));
    while hub.requests().is_empty() {
        std::thread::yield_now();
    }
    let begin = Instant::now();
    drop(hub);
    assert!(begin.elapsed() < Duration::from_secs(30));
    let _ = waiting.join().unwrap();
    drop(idle);
}
