//! What `tidings-trace` asks of the desk: the dead letters of some consumers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use tidings_trace::{DeadLetter, Letters, Read};

use crate::{Desk, letter::Letter, select::Selection};

#[async_trait]
impl Letters for Desk {
    async fn letters(&self, consumers: &BTreeSet<String>) -> Read {
        // None named would be all.
        if consumers.is_empty() {
            return Read::default();
        }
        let selection = Selection {
            consumers: consumers.iter().cloned().collect(),
            ..Selection::default()
        };
        let seen = self.look(&selection).await;
        Read {
            letters: seen.letters.iter().map(told).collect(),
            unread: seen.queues.into_iter().filter_map(|queue| queue.error).collect(),
        }
    }
}

fn told(letter: &Letter) -> DeadLetter {
    DeadLetter {
        id: letter.id.clone(),
        consumer: letter.queue.consumer.to_owned(),
        event: letter.key(),
        envelope: letter.event.as_ref().ok().cloned(),
        reason: letter.cause().reason.into_owned(),
        attempts: letter.attempts(),
        sent: letter.sent,
    }
}
