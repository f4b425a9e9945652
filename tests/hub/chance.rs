//! Runs in bad weather: every request may meet any fault. Whatever happens, a run ends, says
//! what is true or that it does not know, and keeps the token to itself.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use loopback_hub::{FaultMix, LoopbackHub, User};

use super::harness::{Project, TOKEN};
use super::models;
use super::verdicts::assert_bad;

/// Runs that wait for each other's faults at the same time.
const AT_ONCE: usize = 8;

const FULL: &str = "version: 1\nextends: [baseline]\nintegrity: { verify: full }\n";

/// One run; the seed decides on everything: model, policy, rate of faults, faults. What came of
/// it: the model, and the exit code.
fn run(seed: u64) -> (&'static str, i32) {
    let is_bad = seed % 2 == 1;
    let is_full = (seed / 2).is_multiple_of(3);
    let rates = [20, 60, 120, 250, 500];
    let rate = rates[usize::try_from(seed / 6).unwrap() % rates.len()];
    let repository = if is_bad { models::bad("acme/model") } else { models::good("acme/model") };
    let hub = LoopbackHub::builder()
        .repository(repository.private().page_size(3))
        .user(User::new("me", TOKEN).member_of("acme"))
        .mix(FaultMix::network(seed, rate))
        .start();
    let mut project = Project::new(&[("acme/model", Some(&hub.commit_id("acme/model", "main")))])
        .token()
        .variable("HF_HUB_ETAG_TIMEOUT", "5")
        .variable("HF_HUB_DOWNLOAD_TIMEOUT", "5");
    if is_full {
        project = project.with("weighstation.yaml", FULL);
    }
    let report = project.check(&hub);
    let faults: Vec<_> = hub
        .requests()
        .into_iter()
        .filter_map(|it| it.fault.map(|fault| format!("{fault:?} at {:?} {}", it.route, it.target)))
        .collect();
    let told = || format!("seed {seed}: {faults:#?}\n{}", report.all());
    match report.code {
        0 => assert!(!is_bad, "a bad model passes: {}", told()),
        1 => {
            assert!(is_bad, "a good model fails: {}", told());
            assert_bad(&report);
        }
        3 => assert!(!report.incidents().is_empty(), "{}", told()),
        _ => panic!("{}", told()),
    }
    (if is_bad { "bad" } else { "good" }, report.code)
}

/// Runs all seeds, some at once, and counts what came of them.
fn run_all(seeds: u64) -> BTreeMap<(&'static str, i32), u64> {
    let next = AtomicU64::new(0);
    let outcomes = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    let outcome = run(seed);
                    *outcomes.lock().unwrap().entry(outcome).or_default() += 1;
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

/// Both verdicts are reached, and so is none: else the weather is too good or too bad to tell.
fn assert_varied(outcomes: &BTreeMap<(&'static str, i32), u64>) {
    for outcome in [("good", 0), ("good", 3), ("bad", 1), ("bad", 3)] {
        assert!(outcomes.contains_key(&outcome), "{outcome:?} never came: {outcomes:?}");
    }
}

#[test]
fn forty_runs_in_bad_weather_end_right() {
    assert_varied(&run_all(40));
}

/// The long version: `cargo test --test integration hub:: -- --ignored --nocapture a_thousand`.
#[test]
#[ignore = "half a minute; forty of the runs are in the test above"]
fn a_thousand_runs_in_bad_weather_end_right() {
    let outcomes = run_all(1000);
    println!("{outcomes:?}");
    assert_varied(&outcomes);
}
