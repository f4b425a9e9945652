//! Where the token goes, and where it does not.

use loopback_hub::{Fault, Gate, Listener, LoopbackHub, Route, User};

use super::harness::{Project, Report, TOKEN};
use super::models;
use super::verdicts::assert_bad;

fn hub(rule: Option<loopback_hub::FaultRule>) -> LoopbackHub {
    let mut builder = LoopbackHub::builder()
        .repository(models::bad("acme/private").private().formerly("acme/once"))
        .repository(models::bad("acme/gated").gated(Gate::Manual))
        .user(User::new("me", TOKEN).member_of("acme"));
    if let Some(rule) = rule {
        builder = builder.fault(rule);
    }
    builder.start()
}

#[test]
fn the_hub_gets_it_and_the_cdn_does_not() {
    let hub = hub(None);
    for id in ["acme/private", "acme/gated", "acme/once"] {
        hub.forget();
        assert_bad(&Project::new(&[(id, Some("main"))]).token().check(&hub));
        let requests = hub.requests();
        assert!(requests.iter().any(|it| it.listener == Listener::Cdn), "{id}");
        for request in requests {
            let bearer = request.header("authorization");
            match request.listener {
                Listener::Hub => assert_eq!(bearer, Some(format!("Bearer {TOKEN}").as_str())),
                Listener::Cdn | Listener::Foreign => assert_eq!(bearer, None),
            }
            assert!(!request.target.contains(TOKEN));
            assert_eq!(request.header("cookie"), None);
        }
    }
}

#[test]
fn redirects_to_another_host_carry_no_token() {
    for route in [Route::Info, Route::Tree, Route::Commits, Route::Resolve, Route::Cdn] {
        let hub = hub(Some(Fault::RedirectForeign.on(route)));
        let report = Project::new(&[("acme/private", Some("main"))]).token().check(&hub);
        assert!(matches!(report.code, 1 | 3), "{route:?}: {}", report.all());
    }
}

#[test]
fn pages_at_another_host_carry_no_token() {
    let hub = LoopbackHub::builder()
        .repository(models::bad("acme/private").private().page_size(1))
        .user(User::new("me", TOKEN).member_of("acme"))
        .fault(Fault::ForeignPage.on(Route::Tree).or_on(Route::Commits))
        .start();
    let report = Project::pinned(&hub, "acme/private").token().check(&hub);
    assert!(matches!(report.code, 1 | 3), "{}", report.all());
    assert!(hub.requests().iter().all(|it| it.listener != Listener::Foreign));
}

#[test]
fn no_output_and_no_error_repeats_it() {
    let hub = hub(Some(Fault::Status(401).on(Route::Resolve)));
    let project = Project::new(&[("acme/private", Some("main")), ("acme/nothing", None)])
        .token()
        .variable("RUST_BACKTRACE", "full")
        .variable("RUST_LOG", "trace");
    for format in ["human", "json", "sarif"] {
        let ran = project.run(&hub, &["check", "--format", format]);
        assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    }
    // What cannot be a token is not repeated either.
    let odd = Project::new(&[("acme/private", None)])
        .variable("HF_TOKEN", format!("{TOKEN}\nX-Injected: yes"));
    let ran = odd.run(&hub, &["check"]);
    assert!(matches!(ran.code, 2 | 3), "{}{}", ran.stdout, ran.stderr);
    assert!(hub.requests().iter().all(|it| it.header("x-injected").is_none()));
}

#[test]
fn without_a_token_nothing_is_sent() {
    let hub = hub(None);
    let project = Project::new(&[("acme/gated", Some("main"))]);
    let report = Report::of(project.run(&hub, &["check", "--format", "json"]));
    assert_eq!(report.code, 3, "{}", report.all());
    let requests = hub.requests();
    assert!(!requests.is_empty());
    assert!(requests.iter().all(|it| it.header("authorization").is_none()));
}

#[test]
fn the_name_of_the_program_is_said_and_nothing_is_compressed() {
    let hub = hub(None);
    Project::new(&[("acme/gated", Some("main"))]).check(&hub);
    for request in hub.requests() {
        let agent = request.header("user-agent").unwrap();
        assert!(agent.starts_with("weighstation/"), "{agent}");
        let encoding = request.header("accept-encoding").unwrap_or("identity");
        assert_eq!(encoding, "identity");
    }
}
