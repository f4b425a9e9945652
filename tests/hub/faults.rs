//! Every fault by itself, and what it does to the verdict.

use std::time::Duration;

use loopback_hub::{Fault, FaultRule, Garbage, LoopbackHub, RangeLie, Route};

use super::harness::{Project, Report};
use super::models;
use super::verdicts::assert_bad;

/// The bad model with a fault.
fn struck(rule: FaultRule) -> (Report, LoopbackHub) {
    let hub =
        LoopbackHub::builder().repository(models::bad("acme/bad").page_size(2)).fault(rule).start();
    let report = Project::pinned(&hub, "acme/bad").check(&hub);
    assert!(hub.requests().iter().any(|it| it.fault.is_some()), "nothing was struck");
    (report, hub)
}

/// What passes by itself: the second attempt works.
#[test]
fn a_fault_that_passes_changes_nothing() {
    let faults = [
        Fault::ResetBeforeReply,
        Fault::ClosedBeforeReply,
        Fault::ResetWithin(50),
        Fault::Truncated(50),
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(503),
        Fault::Status(504),
        Fault::Status(429),
        Fault::HtmlPage(503),
        Fault::TooManyRequests { reset: 0, retry_after: None },
        Fault::TooManyRequests { reset: 0, retry_after: Some(0) },
    ];
    for fault in faults {
        for route in [Route::Info, Route::Resolve, Route::Cdn] {
            let (report, _) = struck(fault.clone().on(route).times(1));
            assert_eq!(report.code, 1, "{fault:?} at {route:?}: {}", report.all());
            assert_bad(&report);
        }
    }
}

/// What a client that reads well never notices.
#[test]
fn a_fault_that_does_no_harm_changes_nothing() {
    let late = Duration::from_millis(5);
    let drip = Fault::Drip { piece: 5000, pause: Duration::from_millis(1), at_most: late };
    for rule in [
        Fault::Delay(late).anywhere(),
        drip.anywhere(),
        Fault::WrongContentType("text/html").on(Route::Cdn),
    ] {
        assert_bad(&struck(rule).0);
    }
}

/// What lasts is an incident, and never a pass.
#[test]
fn a_fault_that_lasts_is_an_incident() {
    let everywhere = [
        Fault::ResetBeforeReply,
        Fault::Truncated(10),
        Fault::Status(503),
        Fault::Status(404),
        Fault::HtmlPage(200),
        Fault::HtmlPage(500),
        Fault::RedirectLoop,
        Fault::NotHttp,
        Fault::ContentEncoding("gzip"),
        Fault::EndlessBody(64 << 20),
        Fault::TooManyRequests { reset: 100_000, retry_after: Some(100_000) },
    ];
    let threads = everywhere.map(|fault| {
        std::thread::spawn(move || {
            let (report, _) = struck(fault.clone().anywhere());
            assert_eq!(report.code, 3, "{fault:?}: {}", report.all());
            assert_eq!(report.incidents().len(), 1, "{fault:?}: {}", report.all());
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

/// The bad file itself can't be read as it should be: no verdict on it, or the right one.
#[test]
fn a_file_that_cannot_be_trusted_is_not_judged() {
    let faults = [
        Fault::ResetWithin(10),
        Fault::Truncated(10),
        Fault::Overlong(1),
        Fault::Overlong(100_000),
        Fault::WrongRange(RangeLie::Shifted),
        Fault::WrongRange(RangeLie::OtherTotal),
        Fault::WrongRange(RangeLie::Missing),
        Fault::WrongRange(RangeLie::Nonsense),
        Fault::HtmlPage(200),
        Fault::Status(404),
        Fault::Status(416),
        Fault::RedirectLoop,
        Fault::NotHttp,
    ];
    let threads = faults.map(|fault| {
        std::thread::spawn(move || {
            let rule = fault.clone().on(Route::Cdn).path(models::BAD_FILE);
            let (report, _) = struck(rule);
            assert_eq!(report.code, 3, "{fault:?}: {}", report.all());
            let incidents = report.incidents().join("\n");
            assert!(incidents.contains(models::BAD_FILE), "{fault:?}: {incidents}");
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

/// More bytes than were announced, and a range that is ignored: what is needed was sent.
#[test]
fn a_reply_with_too_much_is_read_as_far_as_needed() {
    for fault in [Fault::Unannounced(5000), Fault::WholeFile] {
        let (report, _) = struck(fault.clone().on(Route::Cdn));
        assert!(matches!(report.code, 1 | 3), "{fault:?}: {}", report.all());
        if report.code == 1 {
            assert_bad(&report);
        }
    }
}

#[test]
fn json_that_is_garbage_is_an_incident() {
    for garbage in
        [Garbage::Cut, Garbage::Null, Garbage::WrongTypes, Garbage::Nested, Garbage::Binary]
    {
        let (report, _) = struck(Fault::GarbageJson(garbage).on(Route::Info));
        assert_eq!(report.code, 3, "{garbage:?}: {}", report.all());
    }
}

#[test]
fn listings_that_never_end_do() {
    for fault in [Fault::EndlessPages, Fault::RepeatedPage, Fault::ForeignPage] {
        let (report, hub) = struck(fault.clone().on(Route::Tree));
        assert!(matches!(report.code, 1 | 3), "{fault:?}: {}", report.all());
        if report.code == 1 {
            assert_bad(&report);
        }
        let pages = hub.requests().iter().filter(|it| it.route == Route::Tree).count();
        assert!(pages < 20_000, "{fault:?}: {pages} pages");
    }
}

#[test]
fn a_storm_is_waited_out() {
    let storm = Fault::TooManyRequests { reset: 0, retry_after: Some(0) };
    let (report, hub) = struck(storm.anywhere().times(3));
    assert_bad(&report);
    assert_eq!(hub.requests().iter().filter(|it| it.status == 429).count(), 3);
}

#[test]
fn an_address_that_has_expired_is_renewed() {
    let (report, hub) =
        struck(Fault::Status(403).on(Route::Cdn).path(models::BAD_FILE).skip(1).times(1));
    assert_bad(&report);
    let subject = format!("acme/bad/{}", models::BAD_FILE);
    let resolved = hub
        .requests()
        .iter()
        .filter(|it| it.route == Route::Resolve && it.subject == subject)
        .count();
    assert!(resolved >= 2, "{:#?}", hub.requests());
}

#[test]
fn one_model_that_fails_leaves_the_others() {
    let hub = LoopbackHub::builder()
        .repository(models::good("acme/good"))
        .repository(models::bad("acme/bad"))
        .fault(Fault::Status(404).on(Route::Info).path("acme/good"))
        .start();
    let report =
        Project::new(&[("acme/good", Some("main")), ("acme/bad", Some("main"))]).check(&hub);
    assert_bad(&report);
    assert_eq!(report.incidents().len(), 1, "{}", report.all());
}
