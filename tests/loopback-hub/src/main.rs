//! The hub of the demonstration as a process of its own.
//!
//! Writes one line of JSON with its addresses, serves until its input ends, and writes one more
//! line with what was asked of it.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs};

use loopback_hub::{File, Listener, Repository, demonstration, shards};
use serde_json::json;

const USAGE: &str = "\
Usage: loopback-hub [--latency MILLISECONDS] [--shards COUNT] [--folder PATH]

  --latency  makes every reply so late
  --shards   adds acme/large: so many torch shards of 5 GB and 100 tensors each
  --folder   adds acme/folder: the files of this folder, which are held in memory

Serves until its input ends.";

fn main() -> ExitCode {
    let mut hub = demonstration();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        hub = match (argument.as_str(), value.parse::<u32>()) {
            ("--latency", Ok(time)) => hub.latency(Duration::from_millis(time.into())),
            ("--shards", Ok(count)) => hub.repository(shards(count, 100, 5_000_000_000)),
            ("--folder", _) => match folder(Path::new(&value)) {
                Ok(repository) => hub.repository(repository),
                Err(error) => {
                    eprintln!("{value}: {error}");
                    return ExitCode::from(2);
                }
            },
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        };
    }
    let hub = hub.start();
    let addresses = json!({"endpoint": hub.endpoint(), "cdn": hub.cdn(), "foreign": hub.foreign()});
    println!("{addresses}");
    let _ = io::stdout().flush();
    let _ = io::stdin().read_to_end(&mut Vec::new());

    let requests = hub.requests();
    let mut sent: BTreeMap<&str, u64> = BTreeMap::new();
    for request in &requests {
        *sent.entry(&request.subject).or_default() += request.sent;
    }
    let elsewhere = requests.iter().filter(|it| it.listener != Listener::Hub);
    let authorized = elsewhere.filter(|it| it.header("authorization").is_some()).count();
    let total: u64 = sent.values().sum();
    println!(
        "{}",
        json!({"requests": requests.len(), "authorized_elsewhere": authorized, "total": total, "sent": sent})
    );
    ExitCode::SUCCESS
}

/// A repository with the files of a folder; those that are text are in git, the others in LFS.
fn folder(root: &Path) -> io::Result<Repository> {
    let mut repository = Repository::new("acme/folder");
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            let is_text = std::str::from_utf8(&bytes).is_ok();
            let file = if is_text { File::git(bytes) } else { File::lfs(bytes) };
            let name = path.strip_prefix(root).unwrap_or(&path);
            repository = repository.file(&name.to_string_lossy().replace('\\', "/"), file);
        }
    }
    Ok(repository)
}
