//! When a commit was made.

use jiff::Timestamp;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The age of something dated, in whole days, negative if it lies ahead. `None` for text that is
/// no date.
pub(super) fn age_in_days(date: &str, now: Timestamp) -> Option<i64> {
    let then: Timestamp = date.parse().ok()?;
    Some(now.as_second().saturating_sub(then.as_second()).div_euclid(DAY))
}

/// The day of a date, `2026-09-22`; the text itself if it is none.
pub(super) fn day(date: &str) -> String {
    match date.parse::<Timestamp>() {
        Ok(then) => then.strftime("%Y-%m-%d").to_string(),
        Err(_) => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_may_lie_ahead() {
        let now: Timestamp = "2026-10-01T00:00:00Z".parse().unwrap();
        let age = |date| age_in_days(date, now);
        assert_eq!(age("2026-10-01T00:00:00.000Z"), Some(0));
        assert_eq!(age("2026-09-30T00:00:01Z"), Some(0));
        assert_eq!(age("2026-09-30T00:00:00Z"), Some(1));
        assert_eq!(age("2026-09-22T17:25:10.000Z"), Some(8));
        assert_eq!(age("2026-10-01T00:00:01Z"), Some(-1));
        assert_eq!(age("2026-09-30T23:00:00-02:00"), Some(-1));
        assert_eq!(age(""), None);
        assert_eq!(age("yesterday"), None);
        assert_eq!(day("2026-09-22T17:25:10.000Z"), "2026-09-22");
        assert_eq!(day("?"), "?");
    }
}
