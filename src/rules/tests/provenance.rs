//! Examples for the rules on where a model comes from.

use super::dossiers::{
    COMMIT, card, commit, entry, file, import, import_fact, listed_file, on_the_hub, one, policy,
    repository,
};
use super::{Example, judge};
use crate::evidence::{
    BranchMembership, CardData, CoverageFact, Dossier, Fact, HubScan, License, PickleFact,
    Repository, ScanProgress, ScanStatus, ScannerResult,
};
use crate::policy::Policy;

const OTHER_COMMIT: &str = "ae329b6937f31305a0d6c6779f6cd4072cc4097e";

/// `acme/ranker`, changed, without the facts of any file.
fn hub(change: impl FnOnce(&mut Repository)) -> Dossier {
    let mut repository = repository("acme/ranker");
    change(&mut repository);
    on_the_hub(repository, [])
}

fn scan(status: ScanStatus, scanners: &[(&str, ScanStatus, Option<&str>)]) -> HubScan {
    HubScan {
        status,
        scanners: scanners
            .iter()
            .map(|(scanner, status, message)| ScannerResult {
                scanner: (*scanner).to_owned(),
                status: status.clone(),
                message: message.map(str::to_owned),
            })
            .collect(),
        imports: None,
    }
}

/// A pickle in which the Hub's scanner saw these imports.
fn listing_imports(imports: Option<&[&str]>) -> Fact {
    let imports = imports.map(|imports| imports.iter().map(|&it| it.to_owned()).collect());
    HubScan { imports, ..scan(ScanStatus::Safe, &[]) }.into()
}

fn asking_for_age(days: u64) -> Policy {
    let mut policy = policy();
    policy.provenance.minimum_age_days = days;
    policy
}

/// The latest commit, by `authors`, with what it changed.
fn changed_by(authors: &[&str], changed: &[&str]) -> Dossier {
    let commit = commit(OTHER_COMMIT, authors, "2026-09-22T17:25:10.000Z", changed);
    hub(|repository| repository.commits.insert(0, commit))
}

fn with_license(license: License, files: &[&str]) -> Dossier {
    let mut dossier = hub(|repository| {
        repository.listing = files.iter().map(|path| listed_file(path, 9)).collect();
    });
    let mut own = card("Use", "x", 1);
    own.license = Some(license);
    dossier.card = Some(own);
    dossier
}

fn license(id: &str, name: Option<&str>, link: Option<&str>) -> License {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    License { ids: vec![id.to_owned()], name: owned(name), link: owned(link) }
}

pub(super) fn examples() -> Vec<Example> {
    let mut branch = Example::new(
        "unpinned-revision",
        &["`hf://acme/ranker` is fetched at `main`"],
        Dossier::default(),
        Dossier::default(),
    );
    branch.entries =
        Some((entry("hf://acme/ranker", Some("main")), entry("hf://acme/ranker", Some(COMMIT))));
    let mut none = Example::new(
        "unpinned-revision",
        &["`hf://acme/ranker` has no revision"],
        Dossier::default(),
        Dossier::default(),
    );
    none.entries = Some((entry("hf://acme/ranker", None), entry("./models/ranker", None)));
    let mut examples = vec![branch, none];
    examples.extend(of_repositories());
    examples.extend(of_scans());
    examples.extend(of_licenses());
    examples
}

fn of_repositories() -> Vec<Example> {
    let head = OTHER_COMMIT.parse().unwrap();
    let mut offline = Example::new(
        "recent-change",
        &["The age of the commit is not known without asking the Hub"],
        one("model.bin", []),
        hub(|_| {}),
    )
    .under(asking_for_age(14));
    offline.entries = Some((entry("hf://acme/ranker", None), entry("hf://acme/ranker", None)));
    vec![
        Example::new(
            "renamed-repository",
            &["The repository `bert-base` is called `acme/ranker` now."],
            hub(|repository| repository.asked = "bert-base".to_owned()),
            hub(|_| {}),
        ),
        Example::new(
            "renamed-repository",
            &["the same name in another case"],
            hub(|repository| repository.asked = "Acme/Ranker".to_owned()),
            Dossier::default(),
        ),
        Example::new(
            "revision-not-on-default-branch",
            &[OTHER_COMMIT],
            hub(|repository| repository.branch = BranchMembership::Elsewhere { head }),
            hub(|repository| repository.branch = BranchMembership::Unknown),
        ),
        Example::new(
            "foreign-commit",
            &["of 2026-09-22 (\"Add weights\") was the last to change `config.json` and \
               `model.safetensors` and names `mallory` as its author"],
            changed_by(
                &["mallory"],
                &["README.md", "config.json", "gone.bin", "model.safetensors"],
            ),
            changed_by(&["mallory", "ACME"], &["model.safetensors"]),
        ),
        Example::new(
            "foreign-commit",
            &["`model.safetensors` and names no author"],
            changed_by(&[], &["model.safetensors"]),
            changed_by(&["mallory"], &["README.md", ".gitattributes", "gone.bin"]),
        ),
        Example::new(
            "recent-change",
            &["of 2026-08-01 is 61 days old, and the policy asks for 62 days."],
            hub(|_| {}),
            Dossier::default(),
        )
        .under(asking_for_age(62)),
        Example::new(
            "recent-change",
            &["The date of the commit"],
            hub(|repository| repository.commits.clear()),
            hub(|_| {}),
        )
        .under(asking_for_age(61)),
        Example::new(
            "recent-change",
            &["which is yet to come"],
            hub(|repository| repository.commits[0].date = "2027-01-01T00:00:00Z".to_owned()),
            one("model.bin", []),
        )
        .under(asking_for_age(1)),
        offline,
    ]
}

fn of_scans() -> Vec<Example> {
    let flagged = scan(
        ScanStatus::Queued,
        &[
            ("avScan", ScanStatus::Queued, None),
            ("jFrogScan", ScanStatus::Unsafe, Some("Unsafe PyTorch\nmodel")),
            ("protectAiScan", ScanStatus::Suspicious, Some(" ")),
        ],
    );
    let safe = scan(
        ScanStatus::Safe,
        &[("avScan", ScanStatus::Safe, None), ("jFrogScan", ScanStatus::Unscanned, None)],
    );
    let queued = scan(ScanStatus::Queued, &[("avScan", ScanStatus::Queued, None)]);
    let member = || file("model.bin").in_member("archive/data.pkl");
    let torch = || member().fact(import_fact("torch._utils", "_rebuild_tensor_v2"));
    vec![
        Example::new(
            "hub-flagged",
            &["call `model.bin` unsafe: `jFrogScan` says unsafe (\"Unsafe PyTorch\\nmodel\"), \
               `protectAiScan` says suspicious."],
            one("model.bin", [flagged.clone().into()]),
            one("model.bin", [queued.clone().into()]),
        ),
        Example::new(
            "hub-flagged",
            &["call `model.bin` worth caution."],
            one("model.bin", [scan(ScanStatus::Caution, &[]).into()]),
            one("model.bin", [safe.clone().into()]),
        ),
        Example::new(
            "hub-scan-incomplete",
            &["are not done with 1 file: `model.bin` is queued."],
            one("model.bin", [queued.into()]),
            one("model.bin", [safe.into()]),
        ),
        Example::new(
            "hub-scan-incomplete",
            &["are not done with 3 files: `a` is in error, `b` is unscanned, `c` is \"odd\", a"],
            super::dossiers::dossier([
                file("a").fact(scan(ScanStatus::Error, &[])),
                file("b").fact(scan(ScanStatus::Unscanned, &[])),
                file("c").fact(scan(ScanStatus::Other("odd".to_owned()), &[])),
            ]),
            hub(|repository| repository.scans = ScanProgress::Done),
        ),
        Example::new(
            "hub-scan-incomplete",
            &["its scans of the repository are not done"],
            hub(|repository| repository.scans = ScanProgress::Unfinished),
            hub(|repository| repository.scans = ScanProgress::Unknown),
        ),
        Example::new(
            "hub-imports-differ",
            &["in `model.bin`: only the Hub lists `os.system`; the Hub does not list \
               `torch._utils._rebuild_tensor_v2`."],
            super::dossiers::dossier([torch().fact(listing_imports(Some(&["os.system"])))]),
            super::dossiers::dossier([
                torch().fact(listing_imports(Some(&["torch._utils._rebuild_tensor_v2"])))
            ]),
        ),
        Example::new(
            "hub-imports-differ",
            &["the Hub does not list `torch._utils._rebuild_tensor_v2`."],
            super::dossiers::dossier([torch().fact(listing_imports(Some(&[])))]),
            super::dossiers::dossier([torch().fact(listing_imports(None))]),
        ),
    ]
}

fn of_licenses() -> Vec<Example> {
    let told = |id: &str| {
        let licenses = vec![id.to_owned()];
        hub(|repository| {
            repository.card_data = Some(CardData { licenses, base_models: Vec::new() });
        })
    };
    let linked = |link| license("other", Some("acme-1.0"), Some(link));
    vec![
        Example::new(
            "unreachable-license",
            &["`license_link` names the file `LICENSE`"],
            with_license(linked("LICENSE"), &["README.md"]),
            with_license(linked("LICENSE"), &["LICENSE", "README.md"]),
        ),
        Example::new(
            "unreachable-license",
            &["names the file `docs/TERMS`"],
            with_license(license("mit", None, Some("./docs/TERMS")), &["LICENSE"]),
            with_license(linked("https://acme.example/terms"), &["README.md"]),
        ),
        Example::new(
            "unreachable-license",
            &["without a name, a link or a license file"],
            told("other"),
            told("mit"),
        ),
        Example::new(
            "unreachable-license",
            &["The model's license is `acme-1.0`, and neither"],
            with_license(license("other", Some("acme-1.0"), None), &["README.md"]),
            with_license(license("other", Some("acme-1.0"), None), &["LICENSE.txt"]),
        ),
    ]
}

#[test]
fn an_unpinned_revision_points_at_the_revision() {
    let entry = entry("hf://acme/ranker", Some("main"));
    let found = judge("unpinned-revision", Some(&entry), &Dossier::default(), &policy());
    assert_eq!(found[0].manifest, entry.revision_place);
    assert!(found[0].manifest.is_some());
}

#[test]
fn an_unpinned_revision_names_the_commit_that_was_judged() {
    let entry = entry("hf://acme/ranker", Some("main"));
    let found = judge("unpinned-revision", Some(&entry), &hub(|_| {}), &policy());
    let advice = format!("Pin it to the commit that was judged now: `revision: {COMMIT}`.");
    assert_eq!(found[0].recommendation, advice);
}

#[test]
fn a_scan_has_no_manifest_to_pin_in() {
    assert_eq!(judge("unpinned-revision", None, &Dossier::default(), &policy()), []);
}

#[test]
fn a_commit_elsewhere_points_at_the_revision() {
    let head = OTHER_COMMIT.parse().unwrap();
    let dossier = hub(|repository| repository.branch = BranchMembership::Elsewhere { head });
    let entry = entry("hf://acme/ranker", Some(COMMIT));
    let found = judge("revision-not-on-default-branch", Some(&entry), &dossier, &policy());
    assert_eq!(found[0].manifest, entry.revision_place);
}

#[test]
fn only_the_latest_commits_and_unlisted_authors_are_foreign() {
    let dossier = changed_by(&["mallory"], &["model.safetensors"]);
    let judged = |change: fn(&mut Policy)| {
        let mut policy = policy();
        change(&mut policy);
        judge("foreign-commit", None, &dossier, &policy).len()
    };
    assert_eq!(judged(|_| ()), 1);
    assert_eq!(judged(|policy| policy.provenance.recent_commits = 0), 0);
    assert_eq!(judged(|policy| policy.provenance.recent_commits = 1), 1);
    assert_eq!(judged(|policy| policy.provenance.trusted_authors = vec!["Mallory".to_owned()]), 0);
    assert_eq!(judged(|policy| policy.provenance.trusted_authors = vec!["mal".to_owned()]), 1);
}

#[test]
fn imports_are_the_same_in_either_spelling() {
    let mut mapped = import("builtins", "set");
    mapped.written = Some(("__builtin__".to_owned(), "set".to_owned()));
    let judged = |import, theirs: &[&str]| {
        let dossier =
            one("m.pkl", [PickleFact::Import(import).into(), listing_imports(Some(theirs))]);
        judge("hub-imports-differ", None, &dossier, &policy()).len()
    };
    assert_eq!(judged(mapped.clone(), &["__builtin__.set"]), 0);
    assert_eq!(judged(mapped.clone(), &["builtins.set"]), 0);
    assert_eq!(judged(mapped, &["builtins.set", "builtins.eval"]), 1);
    assert_eq!(judged(import("builtins", "set"), &["__builtin__.set"]), 0);
    assert_eq!(judged(import("a.builtins", "set"), &["a.__builtin__.set"]), 1);
    let mut unresolved = import("os", "system");
    unresolved.name = None;
    assert_eq!(judged(unresolved.clone(), &[]), 0);
    assert_eq!(judged(unresolved, &["os.system"]), 1);
}

#[test]
fn a_pickle_inside_an_operand_need_not_be_on_the_hubs_list() {
    let judged = |theirs: &[&str]| {
        let inner = file("m.pkl").in_member("operand@31").fact(import_fact("a", "b"));
        let dossier = super::dossiers::dossier([inner.fact(listing_imports(Some(theirs)))]);
        judge("hub-imports-differ", None, &dossier, &policy()).len()
    };
    assert_eq!([judged(&[]), judged(&["a.b"]), judged(&["a.c"])], [0, 0, 1]);
}

#[test]
fn what_was_not_fetched_is_not_compared() {
    let reason = "connection reset".to_owned();
    let facts = [CoverageFact::Unfetched { reason }.into(), listing_imports(Some(&["os.system"]))];
    assert_eq!(judge("hub-imports-differ", None, &one("m.pkl", facts), &policy()), []);
}

#[test]
fn a_folder_of_which_only_some_files_are_judged_lacks_nothing() {
    let mut dossier = with_license(license("other", None, Some("LICENSE")), &[]);
    dossier.repository = None;
    let mut entry = entry("./models/ranker", None);
    assert_eq!(judge("unreachable-license", Some(&entry), &dossier, &policy()).len(), 1);
    entry.files = vec!["*.safetensors".to_owned()];
    assert_eq!(judge("unreachable-license", Some(&entry), &dossier, &policy()), []);
}

#[test]
fn hostile_words_of_the_hub_stay_words() {
    let hostile = "x\n::error::pwned\u{202e}`";
    let mut flagged = changed_by(&[hostile], &["model.safetensors"]);
    let repository = flagged.repository.as_mut().unwrap();
    repository.id = format!("{hostile}/x");
    repository.commits[0].title = hostile.to_owned();
    repository.commits[0].date = hostile.to_owned();
    repository.scans = ScanProgress::Unfinished;
    repository.card_data =
        Some(CardData { licenses: vec![hostile.to_owned()], base_models: vec![] });
    let scan = scan(
        ScanStatus::Other(hostile.to_owned()),
        &[(hostile, ScanStatus::Unsafe, Some(hostile))],
    );
    let imports = Some(vec![hostile.to_owned()]);
    flagged.files = one(hostile, [HubScan { imports, ..scan }.into()]).files;
    let mut policy = asking_for_age(99);
    policy.trust.minimum_score = 9;
    policy.trust.trusted_publishers = vec!["google".to_owned()];
    let mut shown = 0;
    for rule in crate::rules::RULES {
        for violation in judge(rule.meta().id, None, &flagged, &policy) {
            shown += 1;
            let text = format!("{}{}", violation.description, violation.recommendation);
            assert!(!text.contains(['\n', '\u{202e}']), "{text}");
        }
    }
    assert!(shown >= 6, "{shown}");
}
