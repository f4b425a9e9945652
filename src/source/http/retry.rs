//! When a request is made again, and after how long.

use std::thread;
use std::time::{Duration, Instant};

use super::error::{HttpError, Reason};
use super::settings::Patience;
use crate::source::activity::Activity;

/// The attempts of one request.
#[derive(Debug)]
pub(super) struct Attempts<'a> {
    patience: Patience,
    activity: &'a Activity,
    failed: u32,
    /// Time spent with pauses.
    paused: Duration,
    /// Time spent with attempts that failed.
    lost: Duration,
    started: Instant,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(patience: Patience, activity: &'a Activity) -> Self {
        Self {
            patience,
            activity,
            failed: 0,
            paused: Duration::ZERO,
            lost: Duration::ZERO,
            started: Instant::now(),
        }
    }

    /// Waits as long as is right after `error`; then the request may be made again.
    ///
    /// # Errors
    /// It may not: another attempt would not help, or there were enough.
    pub(super) fn again(&mut self, error: HttpError) -> Result<(), HttpError> {
        self.lost = self.lost.saturating_add(self.started.elapsed());
        let pause = self.pause(error)?;
        self.paused = self.paused.saturating_add(pause);
        self.activity.while_waiting(|| {
            if !pause.is_zero() {
                thread::sleep(pause);
            }
        });
        self.started = Instant::now();
        Ok(())
    }

    /// Begins to count the time of an attempt, if it did not begin right after the last one.
    pub(super) fn begin(&mut self) {
        self.started = Instant::now();
    }

    /// Allows for one failure more: so much was read that a long transfer is not given up for
    /// breaking as often as long transfers do.
    pub(super) fn forgive(&mut self) {
        self.failed = self.failed.saturating_sub(1);
        self.lost = Duration::ZERO;
    }

    /// How long to wait after `error`.
    fn pause(&mut self, error: HttpError) -> Result<Duration, HttpError> {
        self.failed = self.failed.saturating_add(1);
        if !error.is_transient()
            || self.failed >= self.patience.attempts
            || self.lost >= self.patience.longest_wait
        {
            return Err(error);
        }
        let left = self.patience.longest_wait.saturating_sub(self.paused);
        match (error.wait(), error.reason()) {
            (Some(asked), Reason::Unavailable { status, .. }) if asked > left => {
                let reason = Reason::AskedToWait { status: *status, asked: asked.as_secs() };
                Err(error.because(reason))
            }
            (Some(asked), _) => Ok(asked.min(left)),
            (None, _) => {
                let doubled = 2_u32.saturating_pow(self.failed.saturating_sub(1));
                let longest = self.patience.longest_pause;
                let pause = self.patience.first_pause.saturating_mul(doubled).min(longest);
                // Between half and all of it, so that many requests that failed together do not
                // come again together.
                Ok(pause.mul_f64(0.5 + fastrand::f64() / 2.0).min(left))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::source::http::error::Transport;

    fn error(reason: Reason, wait: Option<u64>) -> HttpError {
        let url: Url = "http://hub.example/x".parse().unwrap();
        HttpError::new(&url, &url, reason).with_wait(wait.map(Duration::from_secs))
    }

    fn unavailable(wait: Option<u64>) -> HttpError {
        error(Reason::Unavailable { status: 429, message: None }, wait)
    }

    #[test]
    fn pauses_double_with_jitter_up_to_a_limit_and_the_attempts_end() {
        let activity = Activity::default();
        let patience = Patience { attempts: 9, ..Patience::default() };
        let mut attempts = Attempts::new(patience, &activity);
        for expected in [250, 500, 1000, 2000, 4000, 8000, 8000, 8000] {
            let pause = attempts.pause(unavailable(None)).unwrap().as_millis();
            assert!((expected / 2..=expected).contains(&pause), "{pause} of {expected}");
        }
        attempts.pause(unavailable(None)).unwrap_err();
    }

    #[test]
    fn what_the_server_asks_for_is_waited_but_not_for_ever() {
        let activity = Activity::default();
        let mut attempts = Attempts::new(Patience::default(), &activity);
        assert_eq!(attempts.pause(unavailable(Some(0))).unwrap(), Duration::ZERO);
        assert_eq!(attempts.pause(unavailable(Some(56))).unwrap(), Duration::from_secs(56));
        attempts.paused = Duration::from_secs(56);
        let error = attempts.pause(unavailable(Some(10))).unwrap_err().to_string();
        assert!(error.contains("429 and asks to wait 10 s"), "{error}");
        assert!(error.contains("HF_TOKEN"), "{error}");
    }

    #[test]
    fn what_cannot_help_is_not_tried() {
        let activity = Activity::default();
        let mut attempts = Attempts::new(Patience::default(), &activity);
        attempts.pause(error(Reason::TooLarge(1), None)).unwrap_err();
        let mut attempts = Attempts::new(Patience::default(), &activity);
        attempts.lost = Duration::from_secs(60);
        attempts.pause(error(Reason::Transport(Transport::Slow), None)).unwrap_err();
    }
}
