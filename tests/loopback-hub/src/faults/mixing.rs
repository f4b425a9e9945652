//! Random faults that are the same for the same seed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::{Fault, Garbage, RangeLie};
use crate::message::Request;

/// Faults at random. What befalls a request depends on the seed, on what it asks for (method,
/// target, range) and on how often that was asked before, and on nothing else: two runs of a
/// client that asks the same see the same, however its threads take turns.
#[derive(Debug)]
pub struct FaultMix {
    seed: u64,
    per_mille: u32,
    faults: Vec<Fault>,
    asked: Mutex<HashMap<String, u32>>,
}

impl FaultMix {
    /// Everything that a network, a server or a proxy may do, none of which changes the content of
    /// a file unnoticeably, at a rate of so many requests in a thousand.
    #[must_use]
    pub fn network(seed: u64, per_mille: u32) -> Self {
        let drip = Fault::Drip {
            piece: 700,
            pause: Duration::from_millis(1),
            at_most: Duration::from_millis(40),
        };
        let faults = vec![
            Fault::Delay(Duration::from_millis(20)),
            Fault::ResetBeforeReply,
            Fault::ClosedBeforeReply,
            Fault::ResetWithin(0),
            Fault::ResetWithin(100),
            Fault::Truncated(0),
            Fault::Truncated(150),
            Fault::Overlong(1),
            Fault::Overlong(70_000),
            Fault::Unannounced(1),
            Fault::Unannounced(5_000),
            Fault::WrongRange(RangeLie::Shifted),
            Fault::WrongRange(RangeLie::OtherTotal),
            Fault::WrongRange(RangeLie::Missing),
            Fault::WrongRange(RangeLie::Nonsense),
            Fault::WholeFile,
            Fault::Status(500),
            Fault::Status(502),
            Fault::Status(503),
            Fault::Status(504),
            Fault::Status(408),
            Fault::Status(403),
            Fault::Status(404),
            Fault::Status(418),
            Fault::HtmlPage(200),
            Fault::HtmlPage(503),
            Fault::TooManyRequests { reset: 0, retry_after: None },
            Fault::TooManyRequests { reset: 0, retry_after: Some(0) },
            drip,
            Fault::RedirectLoop,
            Fault::RedirectForeign,
            Fault::OtherCommit,
            Fault::OtherSize(1),
            Fault::OtherSize(-1),
            Fault::GarbageJson(Garbage::Cut),
            Fault::GarbageJson(Garbage::Null),
            Fault::GarbageJson(Garbage::WrongTypes),
            Fault::GarbageJson(Garbage::Nested),
            Fault::GarbageJson(Garbage::Binary),
            Fault::WrongContentType("text/html"),
            Fault::ContentEncoding("gzip"),
            Fault::EndlessPages,
            Fault::RepeatedPage,
            Fault::ForeignPage,
            Fault::EndlessBody(8 << 20),
            Fault::NotHttp,
        ];
        Self::of(seed, per_mille, faults)
    }

    /// These faults, each as likely as the others.
    ///
    /// # Panics
    /// There are none.
    #[must_use]
    pub fn of(seed: u64, per_mille: u32, faults: Vec<Fault>) -> Self {
        assert!(!faults.is_empty(), "faults to choose from");
        Self { seed, per_mille, faults, asked: Mutex::default() }
    }

    pub(crate) fn choose(&self, request: &Request) -> Option<Fault> {
        // The signature in a CDN address is made of ports, which differ between runs.
        let target = match request.listener {
            crate::message::Listener::Cdn => &request.subject,
            _ => &request.target,
        };
        let key = format!(
            "{:?} {} {target} {}",
            request.listener,
            request.method,
            request.header("range").unwrap_or_default()
        );
        let attempt = {
            let mut asked = self.asked.lock().expect("no thread has panicked");
            let count = asked.entry(key.clone()).or_default();
            *count += 1;
            *count
        };
        let mut state = fnv(&key) ^ self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state = state.wrapping_add(u64::from(attempt));
        let dice = splitmix(&mut state);
        if dice % 1000 >= u64::from(self.per_mille) {
            return None;
        }
        let index = splitmix(&mut state) % self.faults.len() as u64;
        self.faults.get(index as usize).cloned()
    }
}

/// FNV-1a.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// SplitMix64.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Listener;

    fn request(path: &str) -> Request {
        Request::parse(Listener::Hub, &format!("GET {path} HTTP/1.1\r\n")).unwrap()
    }

    fn choices(mix: &FaultMix, order: impl Iterator<Item = usize>) -> Vec<(usize, Option<Fault>)> {
        let mut found: Vec<_> = order
            .map(|at| (at, mix.choose(&request(&format!("/a/b/resolve/main/{at}")))))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        found
    }

    #[test]
    fn the_same_seed_chooses_the_same_in_any_order() {
        let forwards = choices(&FaultMix::network(7, 300), 0..400);
        let backwards = choices(&FaultMix::network(7, 300), (0..400).rev());
        assert_eq!(forwards, backwards);
        assert_ne!(forwards, choices(&FaultMix::network(8, 300), 0..400));
        let struck = forwards.iter().filter(|(_, fault)| fault.is_some()).count();
        assert!((60..180).contains(&struck), "{struck} of 400 at three in ten");
    }

    #[test]
    fn another_attempt_has_other_luck() {
        let mix = FaultMix::network(1, 500);
        let again: Vec<_> = (0..40).map(|_| mix.choose(&request("/a/b/resolve/main/x"))).collect();
        assert!(again.contains(&None) && again.iter().any(Option::is_some));
    }
}
