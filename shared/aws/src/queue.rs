//! The consumer's own queue and dead-letter queue, on SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use tidings_core::{
    Failure,
    ports::{DeadLetter, DeadLetters, Postpone, TransportError},
    text::shown,
};

/// The queue that a consumer's messages come from.
#[derive(Debug, Clone)]
pub struct Queue {
    sqs: Client,
    url: String,
}

/// The dead-letter queue of a consumer.
#[derive(Debug, Clone)]
pub struct DeadLetterQueue {
    sqs: Client,
    url: String,
}

impl Queue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(sqs: Client, url: impl Into<String>) -> Self {
        Self { sqs, url: url.into() }
    }
}

impl DeadLetterQueue {
    /// The queue with this URL.
    #[must_use]
    pub fn new(sqs: Client, url: impl Into<String>) -> Self {
        Self { sqs, url: url.into() }
    }
}

fn transport(error: impl std::error::Error) -> TransportError {
    TransportError(Failure::from(error).reason().to_owned())
}

#[async_trait]
impl Postpone for Queue {
    async fn postpone(&self, receipt_handle: &str, delay: Duration) -> Result<(), TransportError> {
        let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let change = self
            .sqs
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle);
        change
            .visibility_timeout(seconds)
            .send()
            .await
            .map(drop)
            .map_err(transport)
    }
}

#[async_trait]
impl DeadLetters for DeadLetterQueue {
    async fn set_aside(&self, letter: &DeadLetter) -> Result<(), TransportError> {
        for part in parts(letter) {
            self.send(letter, part).await?;
        }
        Ok(())
    }
}

impl DeadLetterQueue {
    async fn send(&self, letter: &DeadLetter, part: Part) -> Result<(), TransportError> {
        let message = self
            .sqs
            .send_message()
            .queue_url(&self.url)
            .message_body(part.body);
        let message = part
            .attributes
            .into_iter()
            .fold(message, |message, (name, value)| {
                let value = MessageAttributeValue::builder()
                    .data_type("String")
                    .string_value(value)
                    .build();
                message.message_attributes(name, value.expect("the data type is set"))
            });
        // The dead-letter queue of a FIFO queue is FIFO, and takes a message only with these two. The letter is a group by itself: moved
        // back in its old one, it would stand behind what waits for it.
        let message = match &letter.group {
            Some(_) => message
                .message_group_id(format!("{}{}", letter.message_id, part.suffix))
                .message_deduplication_id(format!("{}{}", letter.message_id, part.suffix)),
            None => message,
        };
        message.send().await.map(drop).map_err(transport)
    }
}

/// The attribute of a dead letter that says to which message group it belongs, where its queue is FIFO.
pub const GROUP: &str = "group";

/// The attribute of a dead letter that says how often it had been tried.
pub const ATTEMPTS: &str = "attempts";

/// Bytes that a message may have, with its attributes (AWS: SQS, message quotas).
const MOST_BYTES: usize = 1024 * 1024;

/// A message of a letter.
struct Part {
    body: String,
    attributes: Vec<(&'static str, String)>,
    /// Tells the parts of a letter apart.
    suffix: &'static str,
}

/// The messages of a letter: one, unless its body leaves no room for its cause. Then the cause comes first, in a message that names the other,
/// and the body behind it as it came.
fn parts(letter: &DeadLetter) -> Vec<Part> {
    let attributes = attributes(letter);
    let whole = |attributes| Part {
        body: letter.body.clone(),
        attributes,
        suffix: "",
    };
    let room = MOST_BYTES.saturating_sub(letter.body.len());
    if size(&attributes) <= room {
        return vec![whole(attributes)];
    }
    let group = attributes.iter().filter(|(name, _)| *name == GROUP).cloned();
    let group: Vec<_> = group
        .filter(|group| size(std::slice::from_ref(group)) <= room)
        .collect();
    let note = format!(
        "The attributes say why the message {} was set aside. It is in this queue too, and has no room for them.",
        letter.message_id
    );
    // The cause stands in no line: it would stand before the body that it tells of.
    let cause = Part {
        body: note,
        attributes: attributes
            .into_iter()
            .filter(|(name, _)| *name != GROUP)
            .collect(),
        suffix: "-cause",
    };
    vec![cause, whole(group)]
}

/// Bytes that attributes take: name, type and value of each (AWS: SQS, message metadata).
fn size(attributes: &[(&'static str, String)]) -> usize {
    let bytes = attributes
        .iter()
        .map(|(name, value)| name.len() + "String".len() + value.len());
    bytes.sum()
}

/// The cause, as message attributes: eight of the ten that a message may have.
#[must_use]
pub fn attributes(letter: &DeadLetter) -> Vec<(&'static str, String)> {
    let mut attributes = vec![
        ("reason", acceptable(&letter.reason)),
        ("class", acceptable(&letter.class)),
        ("consumer", letter.consumer.to_owned()),
        (ATTEMPTS, letter.attempts.to_string()),
        ("firstfailed", letter.first_failed.to_string()),
    ];
    attributes.extend(letter.event.as_deref().map(|event| ("event", acceptable(event))));
    attributes.extend(
        letter
            .correlation_id
            .as_deref()
            .map(|id| ("correlationid", acceptable(id))),
    );
    attributes.extend(letter.group.as_deref().map(|group| (GROUP, acceptable(group))));
    attributes
}

/// The longest attribute that is written, in characters.
const LONGEST: usize = 1024;

/// An attribute must not be empty (AWS: SQS `SendMessage`).
fn acceptable(text: &str) -> String {
    match text.is_empty() {
        true => "none".to_owned(),
        false => shown(text).chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(body: String, group: Option<&str>) -> DeadLetter {
        DeadLetter {
            body,
            message_id: "m-1".into(),
            group: group.map(ToOwned::to_owned),
            reason: "no such bear".into(),
            class: "NoSuchBear".into(),
            consumer: "feed-bear",
            attempts: 3,
            first_failed: jiff::Timestamp::UNIX_EPOCH,
            event: Some("/zoo#1".into()),
            correlation_id: Some("c-1".into()),
        }
    }

    #[test]
    fn a_letter_is_one_message_as_long_as_its_cause_has_room_beside_its_body_and_then_two() {
        for group in [None, Some("bear")] {
            let cause = size(&attributes(&letter(String::new(), group)));
            let [whole] = &parts(&letter("x".repeat(MOST_BYTES - cause), group))[..] else {
                panic!("it fits")
            };
            assert_eq!(whole.body.len() + size(&whole.attributes), MOST_BYTES);

            for body in [MOST_BYTES - cause + 1, MOST_BYTES] {
                let letter = letter("x".repeat(body), group);
                let [why, whole] = &parts(&letter)[..] else {
                    panic!("{body} bytes leave no room")
                };
                let cause = attributes(&letter).into_iter().filter(|(name, _)| *name != GROUP);
                assert_eq!(why.attributes, cause.collect::<Vec<_>>(), "it stands in no line");
                assert!(why.body.contains("m-1"), "{}", why.body);
                assert_eq!(whole.body, letter.body, "as it came");
                assert_ne!(why.suffix, whole.suffix, "a FIFO queue takes both");
                let fits = body < MOST_BYTES && group.is_some();
                assert_eq!(
                    whole.attributes.len(),
                    usize::from(fits),
                    "what says where it belongs"
                );
                for part in [why, whole] {
                    assert!(part.body.len() + size(&part.attributes) <= MOST_BYTES);
                }
            }
        }
    }

    #[test]
    fn a_reason_with_characters_that_sqs_refuses_is_made_acceptable() {
        assert_eq!(
            acceptable("bad \u{0}\u{8}byte\u{ffff}"),
            "bad \u{fffd}\u{fffd}byte\u{fffd}"
        );
        assert_eq!(acceptable(""), "none");
        assert_eq!(acceptable(&"é".repeat(2000)).chars().count(), 1024);
    }
}
