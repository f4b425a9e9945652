//! How long a server asks to wait.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Longest value that is told apart; everything above is given up anyhow.
const LONGEST: u64 = 365 * 24 * 3600;

/// How long the two headers ask to wait before the next request: until the window of an exhausted
/// `RateLimit` is over and a second more (the official client's rule), else `Retry-After`.
pub(super) fn asked_wait(
    rate_limit: Option<&str>,
    retry_after: Option<&str>,
    now: Timestamp,
) -> Option<Duration> {
    rate_limit.and_then(exhausted).or_else(|| retry_after.and_then(|text| after(text, now)))
}

/// The seconds to the end of the longest exhausted window of `"api";r=0;t=55`, and one more.
fn exhausted(text: &str) -> Option<Duration> {
    text.split(',').filter_map(exhausted_window).max()
}

fn exhausted_window(item: &str) -> Option<Duration> {
    let parameter = |name: &str| {
        item.split(';').find_map(|part| {
            let (key, value) = part.trim().split_once('=')?;
            (key.trim() == name).then(|| value.trim().parse::<u64>().ok()).flatten()
        })
    };
    if parameter("r")? > 0 {
        return None;
    }
    Some(Duration::from_secs(parameter("t")?.min(LONGEST).saturating_add(1)))
}

/// `Retry-After`, which is a number of seconds or a date (RFC 9110, 10.2.3).
fn after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(LONGEST).min(LONGEST)));
    }
    let at = rfc2822::parse(text).ok()?.timestamp();
    let seconds = at.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0).min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(rate_limit: Option<&str>, retry_after: Option<&str>) -> Option<u64> {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        asked_wait(rate_limit, retry_after, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn an_exhausted_window_is_waited_for() {
        assert_eq!(wait(Some("\"api\";r=0;t=55"), None), Some(56));
        assert_eq!(wait(Some("\"api\";r=985;t=9"), None), None);
        assert_eq!(wait(Some("\"api\";r=985;t=9"), Some("3")), Some(3));
        assert_eq!(wait(Some("\"a\";r=0;t=1, \"b\"; r=0; t=7, \"c\";r=1;t=9"), None), Some(8));
        assert_eq!(wait(Some("\"api\";r=0;t=18446744073709551615"), None), Some(LONGEST + 1));
        assert_eq!(wait(Some(";;r;t=;=,"), None), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(wait(None, Some("0")), Some(0));
        assert_eq!(wait(None, Some(" 120 ")), Some(120));
        assert_eq!(wait(None, Some("99999999999999999999")), Some(LONGEST));
        assert_eq!(wait(None, Some("Mon, 23 Nov 2026 10:00:42 GMT")), Some(42));
        assert_eq!(wait(None, Some("Mon, 23 Nov 2026 09:00:00 GMT")), Some(0));
        for wrong in ["", "-1", "soon", "1.5", "2026-11-23"] {
            assert_eq!(wait(None, Some(wrong)), None, "{wrong}");
        }
    }
}
