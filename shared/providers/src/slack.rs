//! Slack, by an incoming webhook: its address is its secret.

use async_trait::async_trait;
use serde_json::json;
use tidings_core::Failure;

use crate::{
    Chat,
    http::{Address, Answer, Http, refused},
};

const SLACK: &str = "Slack";

/// A channel at Slack.
#[derive(Debug, Clone)]
pub(crate) struct Slack {
    http: Http,
    webhook: Address,
}

impl Slack {
    /// The channel that this webhook writes into (`https://hooks.slack.com/services/…`).
    pub(crate) fn new(http: Http, webhook: Address) -> Self {
        Self { http, webhook }
    }
}

#[async_trait]
impl Chat for Slack {
    async fn post(&self, message: &str) -> Result<(), Failure> {
        let body = json!({ "text": escaped(message) });
        let request = self
            .http
            .post(&self.webhook, "")
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = self.http.call(SLACK, request).await?;
        if answer.is_success() {
            return Ok(());
        }
        Err(failure(&answer))
    }
}

/// Text as text: names of customers must not call everybody (`<!channel>`) or look like links (Slack: formatting text, "Escaping text").
fn escaped(message: &str) -> String {
    message
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Slack answers with a word (Slack: sending messages using incoming webhooks, "Handling errors"). What the words say of the message, or
/// of the channel, is the channel's refusal; what they say of the webhook is for whoever deployed its address.
fn failure(answer: &Answer) -> Failure {
    let code = answer.word();
    let failure = refused(SLACK, answer, code);
    match (code, failure) {
        (
            Some(
                "no_service" | "no_service_id" | "no_active_hooks" | "no_team" | "team_disabled"
                | "invalid_token",
            ),
            failure,
        ) => Failure::transient(format!(
            "{} (its webhook, in the secret, does not work)",
            failure.reason()
        ))
        .of_class("Unauthorised"),
        (Some(code @ ("action_prohibited" | "posting_to_general_channel_denied")), _) => {
            let status = answer.status.as_u16();
            Failure::permanent(format!("{SLACK} answers {status}: {code}")).of_class("Refused")
        }
        (_, failure) => failure,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::http::tests::{Provider, Says};

    async fn posted(says: &'static [Says], message: &str) -> (Result<(), Failure>, Provider) {
        let slack = Provider::that_says(says).await;
        let channel = Slack::new(Http::of_this_process().unwrap(), slack.address());
        (channel.post(message).await, slack)
    }

    #[tokio::test]
    async fn a_message_is_text_and_calls_nobody() {
        let (posted, slack) = posted(&[(200, &[], "ok")], "<!channel> Ada & \"Bob\" ordered").await;
        assert_eq!(posted, Ok(()));
        let [asked] = &slack.asked()[..] else {
            panic!("one request")
        };
        assert_eq!(asked.header("content-type"), "application/json");
        assert_eq!(
            asked.body,
            r#"{"text":"&lt;!channel&gt; Ada &amp; \"Bob\" ordered"}"#
        );
    }

    #[tokio::test]
    async fn a_message_that_the_channel_refuses_is_refused_for_good() {
        for says in [
            (400, "invalid_payload"),
            (400, "too_many_attachments"),
            (404, "channel_not_found"),
            (410, "channel_is_archived"),
            (403, "action_prohibited"),
            (403, "posting_to_general_channel_denied"),
        ] {
            let (status, code) = says;
            let (posted, _) = posted(Box::leak(Box::new([(status, &[] as &[_], code)])), "x").await;
            let failure = Failure::permanent(format!("Slack answers {status}: {code}")).of_class("Refused");
            assert_eq!(posted, Err(failure));
        }
    }

    #[tokio::test]
    async fn what_passes_or_is_put_right_waits() {
        let (limited, _) = posted(&[(429, &[("retry-after", "30")], "rate_limited")], "x").await;
        let wait = std::time::Duration::from_secs(30);
        let failure = Failure::transient_after("Slack answers 429: rate_limited", wait);
        assert_eq!(limited, Err(failure.of_class("Throttled")));

        let (broken, _) = posted(&[(500, &[], "rollup_error")], "x").await;
        assert_eq!(broken.unwrap_err().class(), "Unavailable");
        for says in [(404, "no_service"), (403, "invalid_token"), (404, "no_team")] {
            let (status, code) = says;
            let (posted, _) = posted(Box::leak(Box::new([(status, &[] as &[_], code)])), "x").await;
            let failure = posted.unwrap_err();
            assert!(
                matches!(
                    failure,
                    Failure::Transient {
                        class: "Unauthorised",
                        ..
                    }
                ),
                "{failure:?}"
            );
        }
    }
}
