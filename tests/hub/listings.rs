//! Listings in pages, and names that want to be something else.

use loopback_hub::{File, LoopbackHub, Route};

use super::harness::Project;
use super::models;
use super::verdicts::assert_bad;

#[test]
fn every_page_of_a_listing_counts() {
    let many = (0..130).fold(models::bad("acme/many"), |repository, number| {
        repository.file(&format!("a/{number:03}.json"), File::git(format!("[{number}]")))
    });
    let hub = LoopbackHub::builder().repository(many.commit("Many").page_size(10)).start();
    let report = Project::pinned(&hub, "acme/many").check(&hub);
    assert_bad(&report);
    assert_eq!(report.json["models"][0]["files"].as_array().unwrap().len(), 134);
    let pages = hub.requests().iter().filter(|it| it.route == Route::Tree).count();
    assert!(pages == 0 || pages >= 14, "{pages} pages were read");
}

#[test]
fn names_are_encoded_and_shown_harmlessly() {
    let name = "ä b%2F#?&\u{202e}.pt";
    let hub = LoopbackHub::builder()
        .repository(
            models::good("acme/odd")
                .file(name, File::lfs(models::bad_checkpoint().content()))
                .file("sub/ü.bin", File::lfs(models::bad_checkpoint().content()))
                .commit("Odd"),
        )
        .start();
    let report = Project::pinned(&hub, "acme/odd").check(&hub);
    assert_eq!(report.code, 1, "{}", report.all());
    let found = report.findings("denied-global");
    assert!(found.len() >= 2, "{}", report.all());
    assert!(found.iter().any(|it| it["location"]["path"] == "sub/ü.bin"), "{}", report.all());
    assert!(!report.text.contains('\u{202e}'));
    assert!(hub.requests().iter().any(|it| it.subject == format!("acme/odd/{name}")));
}
