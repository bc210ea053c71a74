//! The dead letters that an operator's desk sees, as a trace asks for them.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use tidings_operations::{Desk, Letter, Selection};
use tidings_trace::{DeadLetter, Letters, Read};

/// The letters of a desk.
pub struct DeskLetters(pub Arc<Desk>);

#[async_trait]
impl Letters for DeskLetters {
    async fn letters(&self, consumers: &BTreeSet<String>) -> Read {
        let selection = Selection {
            consumers: consumers.iter().cloned().collect(),
            ..Selection::default()
        };
        // Of nobody's letters there is none; an empty selection would be everybody's.
        if consumers.is_empty() {
            return Read::default();
        }
        let seen = self.0.look(&selection).await;
        Read {
            letters: seen.letters.iter().map(letter).collect(),
            unread: seen.queues.into_iter().filter_map(|queue| queue.error).collect(),
        }
    }
}

fn letter(letter: &Letter) -> DeadLetter {
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
