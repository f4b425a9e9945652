//! Facts kept between runs: what a second run reads, what a killed one leaves, what many at once
//! say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::harness::{HARMFUL, HARMLESS, Ran, Workspace};

/// Models of the project below: every tenth is harmful.
const MODELS: usize = 40;

/// A project with models of several files, its cache beside them.
fn project() -> Workspace {
    let mut manifest = "version: 1\nmodels:\n".to_owned();
    let mut workspace = Workspace::new();
    for number in 0..MODELS {
        manifest.push_str(&format!("  - source: ./models/m{number}\n"));
        let pickle = if number % 10 == 0 { HARMFUL } else { HARMLESS };
        let own = format!("{{\"model_type\": \"bert\", \"number\": {number}}}");
        let large = [HARMLESS, &vec![0; 70_000 + number]].concat();
        workspace = workspace
            .with(&format!("models/m{number}/model.pkl"), pickle)
            .with(&format!("models/m{number}/config.json"), own)
            .with(&format!("models/m{number}/padded.pkl"), large)
            .with(&format!("models/m{number}/README.md"), "---\nlicense: mit\n---\n# A model\n");
    }
    let policy = "version: 1\nextends: [baseline]\n";
    workspace.with("models.yaml", manifest).with("weighstation.yaml", policy)
}

const CACHED: &[&str] = &["check", "--format", "json", "--cache-dir", "cache"];

/// The report without what differs between runs.
fn report(ran: &Ran) -> Value {
    let mut report: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
    report["scan_timestamp"] = Value::Null;
    report
}

fn uncached(workspace: &Workspace) -> Value {
    let ran = workspace.run(&["check", "--format", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    report(&ran)
}

/// "cache `cache`: knew 3 of 4 files, 12 bytes of models were read"
fn told(ran: &Ran) -> (u64, u64, u64) {
    let line = ran.stderr.lines().find(|line| line.starts_with("cache `cache`: knew ")).unwrap();
    let numbers: Vec<u64> =
        line.split(' ').filter_map(|word| word.replace(',', "").parse().ok()).collect();
    (numbers[0], numbers[1], numbers[2])
}

/// All entries of the cache.
fn entries(workspace: &Workspace) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![workspace.path("cache/v1")];
    while let Some(folder) = pending.pop() {
        let Ok(listed) = fs::read_dir(folder) else { continue };
        for entry in listed.flatten() {
            let path = entry.path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
#[cfg(unix)]
fn a_second_run_reads_nothing_and_says_the_same() {
    let workspace = project();
    let plain = uncached(&workspace);
    let first = workspace.run(CACHED);
    assert_eq!(report(&first), plain);
    // Without the clock of the file system having moved on since the files were written, they are
    // read once more at the end of the first run; where it counts in seconds, the second may read.
    let second = workspace.run(CACHED);
    let third = workspace.run(CACHED);
    for ran in [&second, &third] {
        assert_eq!((ran.code, report(ran)), (1, plain.clone()));
        assert_eq!(told(ran).0, 4 * MODELS as u64, "{}", ran.stderr);
    }
    assert_eq!(told(&second), (4 * MODELS as u64, 4 * MODELS as u64, 0), "{}", second.stderr);
    // The same for `scan`, and for one that shows digests.
    let scan = ["scan", "models/m1", "--sha256", "--format", "json", "--cache-dir", "cache"];
    let ran = workspace.run(&scan);
    assert_eq!(told(&ran), (4, 4, 0), "{}", ran.stderr);
    assert_eq!(report(&ran), report(&workspace.run(&scan[..5])));
}

#[test]
fn other_files_with_the_same_bytes_are_known_by_their_digest() {
    let workspace = project();
    workspace.run(CACHED);
    for number in 0..MODELS {
        let path = workspace.path(&format!("models/m{number}/config.json"));
        let content = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, content).unwrap();
    }
    let ran = workspace.run(CACHED);
    let (known, files, _) = told(&ran);
    assert_eq!((known, files), (4 * MODELS as u64, 4 * MODELS as u64));
    assert_eq!(report(&ran), uncached(&workspace));
}

#[test]
fn a_file_that_was_exchanged_is_judged_anew() {
    let workspace = project();
    workspace.run(CACHED);
    workspace.run(CACHED);
    // Of the same length, with the old modification time.
    let path = workspace.path("models/m1/model.pkl");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let harmless = [HARMLESS, &vec![0; HARMFUL.len() - HARMLESS.len()]].concat();
    fs::write(&path, harmless).unwrap();
    workspace.run(CACHED);
    fs::write(&path, HARMFUL).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    let ran = workspace.run(CACHED);
    assert_eq!(report(&ran), uncached(&workspace));
    let judged = report(&ran);
    let denied = judged["findings"].as_array().unwrap().iter();
    let of_m1 = denied.filter(|it| it["rule"] == "denied-global" && it["model"] == "m1");
    assert_eq!(of_m1.count(), 1);
}

#[test]
fn damaged_entries_are_passed_over_and_said() {
    let workspace = project();
    let plain = uncached(&workspace);
    workspace.run(CACHED);
    for (number, path) in entries(&workspace).iter().enumerate() {
        let mut bytes = fs::read(path).unwrap();
        if bytes.is_empty() {
            continue; // The stamp of the last pruning.
        }
        let at = number * 7919 % bytes.len();
        bytes[at] ^= 1 << (number % 8);
        fs::write(path, bytes).unwrap();
    }
    let ran = workspace.run(CACHED);
    assert_eq!((ran.code, report(&ran)), (1, plain.clone()));
    assert!(ran.stderr.contains("was passed over: its checksum does not match"), "{}", ran.stderr);
    assert!(ran.stderr.contains("more entries of the cache were passed over"), "{}", ran.stderr);
    // Models that share a file find what the run itself has found anew.
    assert!(told(&ran).0 < 4 * MODELS as u64);
    // They were replaced by sound ones.
    let ran = workspace.run(CACHED);
    assert_eq!((ran.stderr.lines().count(), report(&ran)), (1, plain));
    assert_eq!(told(&ran).0, 4 * MODELS as u64);
}

fn spawn(workspace: &Workspace) -> Child {
    let mut command = workspace.command(CACHED);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
#[cfg(unix)]
fn a_killed_run_leaves_a_usable_cache() {
    let workspace = project();
    let plain = uncached(&workspace);
    let mut killed = 0;
    // Each run is killed (SIGKILL) once the cache has a few more entries than before.
    for wanted in (0..4 * MODELS).step_by(6) {
        let mut command = workspace.command(CACHED);
        // Nobody reads what it says: it must not wait for a reader.
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while entries(&workspace).len() < wanted && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        if wanted % 5 == 0 {
            let ran = workspace.run(&["check", "--model", "m10", "--cache-dir", "cache"]);
            assert_eq!((ran.code, ran.stderr.lines().count()), (1, 1), "{}", ran.stderr);
        }
    }
    assert!(killed > 3, "{killed} runs were killed");
    for known in [None, Some(4 * MODELS as u64)] {
        let ran = workspace.run(CACHED);
        assert_eq!((ran.code, report(&ran)), (1, plain.clone()));
        assert_eq!(ran.stderr.lines().count(), 1, "nothing is damaged: {}", ran.stderr);
        assert!(known.is_none_or(|known| told(&ran).0 == known), "{}", ran.stderr);
    }
}

#[test]
fn eight_runs_at_once_are_right() {
    let workspace = project();
    let plain = uncached(&workspace);
    for _ in 0..2 {
        let children: Vec<Child> = (0..8).map(|_| spawn(&workspace)).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), stderr.lines().count()), (Some(1), 1), "{stderr}");
            let stdout = String::from_utf8(output.stdout).unwrap();
            assert_eq!(report(&Ran { code: 1, stdout, stderr }), plain);
        }
    }
    assert_eq!(told(&workspace.run(CACHED)).0, 4 * MODELS as u64);
    let unfinished = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with(".new");
    assert!(!entries(&workspace).iter().any(|path| unfinished(path)));
}

/// A safetensors file of one tensor.
fn safetensors(tensor: &str) -> Vec<u8> {
    let header = format!(r#"{{"{tensor}":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#);
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), b"abcd"].concat()
}

#[test]
fn an_index_is_judged_anew_when_one_of_its_shards_is_another() {
    let index = r#"{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors",
        "b":"model-00002-of-00002.safetensors"}}"#;
    let (first, second) =
        ("model/model-00001-of-00002.safetensors", "model/model-00002-of-00002.safetensors");
    let workspace = Workspace::new()
        .with("model/model.safetensors.index.json", index)
        .with(first, safetensors("a"))
        .with(second, safetensors("b"));
    let cached = ["scan", "model", "--format", "json", "--cache-dir", "cache"];
    let same = |code: i32| {
        for ran in [workspace.run(&cached), until_known(&workspace, &cached)] {
            assert_eq!(report(&ran), report(&workspace.run(&cached[..4])), "{}", ran.stderr);
            assert_eq!(ran.code, code, "{}\n{}", ran.stdout, ran.stderr);
        }
    };
    let sound = workspace.run(&cached[..4]).code;
    same(sound);
    // Another tensor in a shard, and back again.
    fs::write(workspace.path(second), safetensors("c")).unwrap();
    same(1);
    fs::write(workspace.path(second), safetensors("b")).unwrap();
    same(sound);
    // A shard too few, and one too many.
    fs::remove_file(workspace.path(second)).unwrap();
    same(1);
    fs::write(workspace.path(second), safetensors("b")).unwrap();
    same(sound);
    let third = workspace.path("model/model-00003-of-00002.safetensors");
    fs::write(&third, safetensors("d")).unwrap();
    same(1);
    fs::remove_file(third).unwrap();
    same(sound);
}

/// Runs until everything is known: a file that was written a moment ago may take a run more.
fn until_known(workspace: &Workspace, arguments: &[&str]) -> Ran {
    let mut runs = (0..50).map(|_| workspace.run(arguments));
    let known = |ran: &Ran| {
        let (known, files, _) = told(ran);
        known == files
    };
    runs.find(known).expect("known after fifty runs")
}

#[test]
#[cfg(unix)]
fn a_large_file_of_which_little_is_read_is_known_as_long_as_it_is_unchanged() {
    let workspace = Workspace::new().with("model.bin", HARMLESS);
    let path = workspace.path("model.bin");
    fs::File::options().write(true).open(&path).unwrap().set_len(20 << 20).unwrap();
    let cached = ["scan", "model.bin", "--format", "json", "--cache-dir", "cache"];
    let ran = until_known(&workspace, &cached);
    assert_eq!(told(&ran), (1, 1, 0));
    assert_eq!(report(&ran), report(&workspace.run(&cached[..4])));
    // Nothing about it travels.
    assert!(!workspace.path("cache/v1/content").exists());
    let size = fs::metadata(&path).unwrap().len();
    fs::write(&path, HARMFUL).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
    assert_eq!(workspace.run(&cached).code, 1);
}

#[test]
#[cfg(unix)]
fn a_large_file_that_is_read_whole_is_known_by_its_digest() {
    use std::io::Write as _;
    // Numbers that no compression makes shorter, so that every byte has to be decoded.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let numbers: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take(17 << 17)
    .flatten()
    .collect();
    let mut compressed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    compressed.write_all(&numbers).unwrap();
    let compressed = compressed.finish().unwrap();
    let workspace = Workspace::new().with("model.gz", &compressed);
    let cached = ["scan", "model.gz", "--format", "json", "--cache-dir", "cache"];
    until_known(&workspace, &cached);
    // Another file with the same bytes.
    fs::remove_file(workspace.path("model.gz")).unwrap();
    let workspace = workspace.with("model.gz", &compressed);
    let ran = workspace.run(&cached);
    let (known, _, read) = told(&ran);
    assert!(known == 1 && read >= compressed.len() as u64, "{}", ran.stderr);
    assert_eq!(report(&ran), report(&workspace.run(&cached[..4])));
}

#[test]
fn a_lock_that_binds_and_a_bound_waiver_read_the_bytes() {
    let workspace = project();
    workspace.run(&["lock"]);
    workspace.run(CACHED);
    let locked: Vec<&str> = CACHED.iter().copied().chain(["--locked"]).collect();
    workspace.run(&locked);
    let ran = workspace.run(&locked);
    let (known, files, read) = told(&ran);
    assert_eq!((known, files), (4 * MODELS as u64, 4 * MODELS as u64));
    assert!(read > 70_000 * MODELS as u64, "{read}");
    let plain: Vec<&str> = locked.iter().copied().filter(|it| !it.contains("cache")).collect();
    assert_eq!(report(&ran), report(&workspace.run(&plain)));
}

#[test]
fn the_environment_asks_for_a_cache_and_the_command_line_refuses_one() {
    let workspace = Workspace::new().with("a.pkl", HARMLESS);
    let run = |arguments: &[&str], variable: &str| {
        let mut command = workspace.command(arguments);
        let output = command.env("WEIGHSTATION_CACHE_DIR", variable).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (arguments, variable) in
        [(&["scan", "a.pkl", "--no-cache"][..], "kept"), (&["scan", "a.pkl"], "")]
    {
        assert_eq!(run(arguments, variable), (Some(0), String::new()));
        assert!(!workspace.path("kept").exists());
    }
    let (code, stderr) = run(&["scan", "a.pkl"], "kept");
    assert_eq!(code, Some(0));
    // How many bytes depends on whether the file had been left alone for long enough.
    assert!(stderr.starts_with("cache `kept`: knew 0 of 1 file, "), "{stderr}");
    assert!(workspace.path("kept/CACHEDIR.TAG").is_file());
    assert_eq!(run(&["scan", "a.pkl", "--quiet"], "kept"), (Some(0), String::new()));
    let (code, stderr) = run(&["scan", "a.pkl", "--cache-dir", "other"], "kept");
    assert_eq!((code, stderr.contains("cache `other`")), (Some(0), true));
}

#[test]
fn a_cache_inside_a_model_is_refused_and_one_that_cannot_be_made_is_done_without() {
    let workspace = Workspace::new().with("model/a.pkl", HARMLESS).with("file", "");
    for folder in ["model/cache", "model", "model/../model/x/y"] {
        let ran = workspace.run(&["scan", "model", "--cache-dir", folder]);
        assert_eq!(ran.code, 2, "{folder}: {}", ran.stderr);
        assert!(ran.stderr.contains("lies inside the model `model`"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(workspace.path("model")).unwrap().count(), 1);
    let plain = workspace.run(&["scan", "model", "--format", "json"]);
    let ran = workspace.run(&["scan", "model", "--format", "json", "--cache-dir", "file/cache"]);
    assert_eq!((ran.code, report(&ran)), (plain.code, report(&plain)));
    assert!(ran.stderr.contains("cannot be used"), "{}", ran.stderr);
}
