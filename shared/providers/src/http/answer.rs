//! What a provider answers.

use std::{
    str,
    time::{Duration, SystemTime},
};

use reqwest::{Response, StatusCode, header};
use serde::de::DeserializeOwned;

/// As much of a body as is read: answers are short, and who answers is not ours.
const MOST_BYTES: usize = 256 * 1024;
/// As long as a provider may send us away: an outage's budget. Who asks again earlier than told is told again.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// An answer, read whole or up to a limit.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// What `Retry-After` says.
    pub(crate) after: Option<Duration>,
    /// What `Stripe-Should-Retry` says.
    pub(crate) should_retry: Option<bool>,
    /// What `Idempotent-Replayed` says: the answer was given before, to the same key.
    pub(crate) replayed: bool,
    body: Vec<u8>,
}

impl Answer {
    pub(super) async fn read(mut response: Response) -> Result<Self, reqwest::Error> {
        let said = |name: &str| response.headers().get(name)?.to_str().ok();
        let after = said(header::RETRY_AFTER.as_str()).and_then(|said| wait(said, SystemTime::now()));
        let should_retry = said("stripe-should-retry").and_then(|said| said.parse().ok());
        let replayed = said("idempotent-replayed") == Some("true");
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            let room = MOST_BYTES - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                break;
            }
        }
        Ok(Self {
            status: response.status(),
            after,
            should_retry,
            replayed,
            body,
        })
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as JSON, if it is that and has this shape. What else it is stays unsaid: it is the provider's, or a secret.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as one word, if it is that.
    pub(crate) fn word(&self) -> Option<&str> {
        str::from_utf8(&self.body).ok().map(str::trim)
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
fn wait(said: &str, now: SystemTime) -> Option<Duration> {
    let seconds = said.trim().parse().ok().map(Duration::from_secs);
    let until = || httpdate::parse_http_date(said.trim()).ok();
    // A date that is past is "now".
    let wait = seconds.or_else(|| Some(until()?.duration_since(now).unwrap_or_default()))?;
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_says_in_seconds_or_by_a_date_when_to_come_back() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2026 07:28:00 GMT").unwrap();
        let seconds = |said| wait(said, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("30"), Some(30));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:45 GMT"), Some(45));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:00:00 GMT"), Some(0));
        assert_eq!(seconds("86400"), Some(900), "bounded");
        assert_eq!(seconds("Thu, 22 Oct 2026 07:28:00 GMT"), Some(900), "bounded");
        for no_time in ["", "-1", "1.5", "soon", "99999999999999999999999"] {
            assert_eq!(seconds(no_time), None, "{no_time}");
        }
    }
}
