//! The cache as a run uses it.

use std::fs;

use super::*;
use crate::evidence::{
    CoverageFact, Evidence, Fact, FileEvidence, IntegrityFact, Listed, Origin, PickleFact,
};

fn cache(folder: &Path) -> FactsCache {
    FactsCache::open(folder, &Limits::default()).unwrap()
}

fn evidence(path: &str, facts: Vec<Fact>) -> FileEvidence {
    let piece = |fact| Evidence { origin: Origin::default(), fact };
    let evidence = facts.into_iter().map(piece).collect();
    FileEvidence { evidence, ..FileEvidence::new(path, 0, crate::evidence::Status::Analysed) }
}

fn facts(path: &str) -> Entry {
    let fact = PickleFact::Extension { code: 7 }.into();
    Entry::of_facts(&evidence(path, vec![fact]), None).unwrap()
}

fn key(cache: &FactsCache, path: &str) -> Key {
    cache.key(About::File, path, Content::Sha256(Digest::of(path.as_bytes())))
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found
}

#[test]
fn what_one_run_keeps_the_next_finds() {
    let folder = tempfile::tempdir().unwrap();
    let first = cache(folder.path());
    let of_a = key(&first, "a.bin");
    assert_eq!(first.find(&of_a), None);
    first.keep(&of_a, &facts("a.bin"));
    let closed = first.close();
    assert_eq!((closed.complaints.len(), closed.read), (0, 0));
    assert_eq!(cache(folder.path()).find(&of_a), Some(facts("a.bin")));
    // Another budget, another path, another kind of question: nothing is known.
    let tighter = Limits { nesting: 3, ..Limits::default() };
    let other = FactsCache::open(folder.path(), &tighter).unwrap();
    assert_eq!(other.find(&key(&other, "a.bin")), None);
    let content = Content::Sha256(Digest::of(b"a.bin"));
    let again = cache(folder.path());
    for (about, path) in [(About::File, "b.bin"), (About::Card, "a.bin"), (About::Density, "a.bin")]
    {
        assert_eq!(again.find(&again.key(about, path, content.clone())), None);
    }
}

#[test]
fn a_flipped_bit_anywhere_is_no_fact_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let key = key(&cache, "a.bin");
    cache.keep(&key, &facts("a.bin"));
    let path = cache.place(&key);
    let sound = fs::read(&path).unwrap();
    for at in 0..sound.len() * 8 {
        let mut flipped = sound.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        fs::write(&path, &flipped).unwrap();
        assert_eq!(cache.find(&key), None, "bit {at}");
    }
    for end in 0..sound.len() {
        fs::write(&path, &sound[..end]).unwrap();
        assert_eq!(cache.find(&key), None, "cut at {end}");
    }
    fs::write(&path, &sound).unwrap();
    assert!(cache.find(&key).is_some());
    let closed = cache.close();
    assert_eq!(closed.complaints.len(), TOLD + 1);
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(closed.complaints.iter().take(TOLD).all(|it| it.contains(name)), "{closed:?}");
    assert!(closed.complaints[TOLD].contains("more entries"), "{closed:?}");
}

#[test]
fn an_entry_that_was_put_under_another_name_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let (mine, other) = (key(&cache, "a.bin"), key(&cache, "b.bin"));
    cache.keep(&other, &facts("b.bin"));
    fs::create_dir_all(cache.place(&mine).parent().unwrap()).unwrap();
    fs::rename(cache.place(&other), cache.place(&mine)).unwrap();
    assert_eq!(cache.find(&mine), None);
    // Nor what was sealed under the right key and is about another file, or of another kind.
    for entry in [facts("b.bin"), Entry::Dense, Entry::Card(crate::evidence::Card::default())] {
        cache.keep(&mine, &entry);
        assert_eq!(cache.find(&mine), None, "{entry:?}");
    }
    assert_eq!(cache.close().complaints.len(), 4);
}

#[test]
fn what_happened_to_the_reader_is_no_fact_about_the_bytes() {
    use crate::evidence::Authority;
    let reason = "x".to_owned();
    let passing = [
        Fact::from(CoverageFact::Unreadable { reason: reason.clone() }),
        CoverageFact::Unfetched { reason: reason.clone() }.into(),
        IntegrityFact::Mismatch {
            what: Listed::Size,
            listed: reason.clone(),
            found: reason.clone(),
            authority: Authority::Hub,
        }
        .into(),
    ];
    for fact in passing {
        assert_eq!(Entry::of_facts(&evidence("a", vec![fact]), None), None);
    }
    let lasting = CoverageFact::BudgetExhausted { budget: crate::base::Budget::Members, limit: 1 };
    assert!(Entry::of_facts(&evidence("a", vec![lasting.into()]), None).is_some());
}

/// A file that was changed long ago, as far as the file system says: its change time cannot be
/// set, but the moment at which it was looked at can be said to be later.
fn later() -> Stamp {
    Stamp(Stamp::now().0 + 100, 0)
}

#[test]
#[cfg(unix)]
fn a_digest_is_remembered_until_the_file_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    fs::write(&path, "abc").unwrap();
    let digests = Digests { sha256: Some(Digest::of(b"abc")), git_blob: None };
    let first = cache(&folder.path().join("cache"));
    let seen = Sighting::now(&path).unwrap();
    first.learn(&path, seen, later(), digests, false);
    assert_eq!(first.digests(&seen), Some(digests));
    first.close();
    let second = cache(&folder.path().join("cache"));
    assert_eq!(second.digests(&seen), Some(digests));
    // The same bytes, written again: they are to be looked at again.
    fs::remove_file(&path).unwrap();
    fs::write(&path, "abc").unwrap();
    let seen = Sighting::now(&path).unwrap();
    assert_eq!(second.digests(&seen), None);
    // What was changed since it was seen is not learned, however settled it was.
    fs::write(&path, "abcd").unwrap();
    second.learn(&path, seen, later(), digests, false);
    assert_eq!(second.digests(&seen), None);
    // Nor what may have been changed since without a trace.
    let seen = Sighting::now(&path).unwrap();
    second.learn(&path, seen, seen.changed, digests, false);
    assert_eq!(second.digests(&seen), None);
}

#[test]
#[cfg(unix)]
fn what_was_written_a_moment_ago_is_looked_at_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    fs::write(&path, "abc").unwrap();
    let seen = Sighting::now(&path).unwrap();
    if seen.unsettled_for(seen.changed).unwrap() > PATIENCE {
        return; // A file system that counts in seconds: the next run learns it.
    }
    let first = cache(&folder.path().join("cache"));
    let digests = Digests { sha256: Some(Digest::of(b"abc")), git_blob: None };
    first.learn(&path, seen, seen.changed, digests, true);
    // A digest that is not that of the file as it is once the clock has moved on is forgotten.
    let other = folder.path().join("other.bin");
    fs::write(&other, "abd").unwrap();
    let wrong = Sighting::now(&other).unwrap();
    first.learn(&other, wrong, wrong.changed, digests, true);
    let closed = first.close();
    assert_eq!((closed.read, closed.complaints.len()), (6, 0));
    let second = cache(&folder.path().join("cache"));
    assert_eq!(second.digests(&seen), Some(digests));
    assert_eq!(second.digests(&wrong), None);
}

#[test]
fn a_damaged_index_is_said_and_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let first = cache(folder.path());
    let seen = Sighting::default();
    first.index().learn(seen, Digests::default(), first.today);
    let index = first.folder.index();
    first.close();
    let mut bytes = fs::read(&index).unwrap();
    bytes.truncate(bytes.len() - 1);
    fs::write(&index, bytes).unwrap();
    let second = cache(folder.path());
    assert_eq!(second.digests(&seen), None);
    second.index().learn(seen, Digests::default(), second.today);
    let closed = second.close();
    assert!(closed.complaints[0].contains("index"), "{closed:?}");
    assert_eq!(closed.complaints.len(), 1);
    let third = cache(folder.path());
    assert!(third.digests(&seen).is_some());
    assert_eq!(third.close().complaints, [] as [String; 0]);
}

#[test]
fn many_threads_and_runs_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let cache = cache(folder.path());
                for number in 0..50 {
                    let path = format!("{number}.bin");
                    let key = key(&cache, &path);
                    if let Some(found) = cache.find(&key) {
                        assert_eq!(found, facts(&path));
                    }
                    cache.keep(&key, &facts(&path));
                    assert_eq!(cache.find(&key), Some(facts(&path)));
                }
                let seen = Sighting { inode: 1, ..Sighting::default() };
                cache.index().learn(seen, Digests::default(), cache.today);
                assert_eq!(cache.close().complaints, [] as [String; 0]);
            });
        }
    });
    let entries = files(&folder.path().join("v1/content"));
    assert_eq!(entries.len(), 50, "nothing unfinished is left");
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    // Who may write everywhere is not kept out by permissions, but by a file in the way.
    fs::write(folder.path().join("v1"), "").unwrap();
    for path in ["a", "b", "c"] {
        cache.keep(&key(&cache, path), &facts(path));
    }
    let closed = cache.close();
    let said: Vec<_> =
        closed.complaints.iter().filter(|it| it.contains("cannot be written")).collect();
    assert_eq!(said.len(), 1, "{closed:?}");
}
