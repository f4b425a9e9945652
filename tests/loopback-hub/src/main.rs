//! The hub of the demonstration as a process of its own.
//!
//! Writes one line of JSON with its addresses, serves until its input ends, and writes one more
//! line with what was asked of it.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use loopback_hub::{Listener, demonstration, shards};
use serde_json::json;

const USAGE: &str = "\
Usage: loopback-hub [--latency MILLISECONDS] [--shards COUNT]

  --latency  makes every reply so late
  --shards   adds acme/large: so many torch shards of 5 GB and 100 tensors each

Serves until its input ends.";

fn main() -> ExitCode {
    let mut hub = demonstration();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().and_then(|text| text.parse::<u32>().ok());
        hub = match (argument.as_str(), number) {
            ("--latency", Some(time)) => hub.latency(Duration::from_millis(time.into())),
            ("--shards", Some(count)) => hub.repository(shards(count, 100, 5_000_000_000)),
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
