//! An event as a message of SNS and SQS.

use tidings_core::{Envelope, ports::TransportError, text::shown};

/// Entries that a batch takes (AWS: SNS `PublishBatch`, SQS `SendMessageBatch`).
const MOST_ENTRIES: usize = 10;
/// Bytes that a message, and a whole batch, may have (AWS: SNS, large message payloads).
pub const MOST_BYTES: usize = 256 * 1024;

/// How many bytes of [`MOST_BYTES`] an event takes as a message.
#[must_use]
pub fn bytes_of(event: &Envelope) -> usize {
    Message::from(event).bytes()
}

/// Puts what the service says of the entry `id`, which is its place in the request, to that place; an id that is none is nobody's.
pub fn place(results: &mut [Result<(), TransportError>], id: &str, result: Result<(), TransportError>) {
    if let Some(slot) = id.parse::<usize>().ok().and_then(|index| results.get_mut(index)) {
        *slot = result;
    }
}

/// Consecutive messages, at most ten and within the size limit together; a message that is too large by
/// itself stands alone.
pub fn batches(messages: &[Message]) -> impl Iterator<Item = &[Message]> {
    let mut rest = messages;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = rest.iter().take(MOST_ENTRIES).take_while(|message| {
            bytes += message.bytes();
            bytes <= MOST_BYTES
        });
        let (batch, behind) = rest.split_at(fits.count().max(1).min(rest.len()));
        rest = behind;
        (!batch.is_empty()).then_some(batch)
    })
}

/// A message: the envelope as the body, and what filters need as attributes. Raw delivery passes ten attributes
/// on at most (AWS: SNS message attributes); these are two.
pub struct Message {
    /// The envelope as JSON.
    pub body: String,
    /// Names and texts.
    pub attributes: [(&'static str, String); 2],
}

impl From<&Envelope> for Message {
    fn from(event: &Envelope) -> Self {
        let aggregate = event.aggregatetype.as_deref().unwrap_or("none");
        let attribute = |text| shown(text).into_owned();
        Self {
            body: event.to_json(),
            attributes: [
                ("type", attribute(&event.event_type)),
                ("aggregatetype", attribute(aggregate)),
            ],
        }
    }
}

impl Message {
    /// What counts against the limit: the body, and of each attribute its name, type and value.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, value)| name.len() + "String".len() + value.len());
        self.body.len() + attributes.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: usize) -> Message {
        let attributes = [("type", String::new()), ("aggregatetype", String::new())];
        let overhead = Message {
            body: String::new(),
            attributes: attributes.clone(),
        }
        .bytes();
        Message {
            body: "x".repeat(bytes - overhead),
            attributes,
        }
    }

    fn sizes(messages: &[Message]) -> Vec<usize> {
        batches(messages).map(<[Message]>::len).collect()
    }

    #[test]
    fn a_batch_has_ten_entries_at_most() {
        let messages: Vec<_> = (0..23).map(|_| message(100)).collect();
        assert_eq!(sizes(&messages), [10, 10, 3]);
        assert_eq!(sizes(&[]), [0_usize; 0]);
    }

    #[test]
    fn a_batch_stays_within_the_size_limit_and_a_giant_stands_alone() {
        let messages = [
            message(100_000),
            message(100_000),
            message(100_000),
            message(300_000),
            message(100),
        ];
        assert_eq!(sizes(&messages), [2, 1, 1, 1]);
        assert_eq!(sizes(&[message(MOST_BYTES / 2), message(MOST_BYTES / 2)]), [2]);
        assert_eq!(
            sizes(&[message(MOST_BYTES / 2), message(MOST_BYTES / 2 + 1)]),
            [1, 1]
        );
    }
}
