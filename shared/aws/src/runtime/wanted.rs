//! What a handler wants, as the actions of a transaction: sealed, and light enough for the topic.

use std::borrow::Cow;

use tidings_core::{Context, Effects, Envelope, Failure, catalogue::EVENTS, causation};

use super::{Runtime, Surroundings, reply};
use crate::{claim_check, effects::to_effect, event_store, idempotency::Effect, personal};

/// What a handler wants, ready to be written.
pub(super) struct Wanted {
    /// The writes, and the events that are appended and emitted.
    pub(super) actions: Vec<Effect>,
    /// What the record keeps, to be answered again.
    pub(super) answer: Option<String>,
}

/// Effects as actions. Data that is too large for the topic is in its store then: before the transaction, or an event could be published
/// whose data is nowhere. Personal values are sealed by then.
pub(super) async fn wanted(
    runtime: &Runtime,
    effects: Effects,
    context: &Context,
) -> Result<Wanted, Failure> {
    let Surroundings { tables, outbox, .. } = &runtime.surroundings;
    let consumer = &runtime.handler.declared;
    let answer = reply::kept(effects.answer, consumer)?;
    let writes = effects.writes.into_iter().map(|write| to_effect(write, tables));
    let mut actions = writes.collect::<Result<Vec<_>, _>>()?;

    let (appended, otherwise): (Vec<_>, Vec<_>) = effects
        .appends
        .into_iter()
        .map(|append| (append.event, append.otherwise))
        .unzip();
    let stated = causation::emit([appended, effects.events].concat(), consumer, context)?;
    let sealed = personal::seal(runtime.surroundings.keyring.as_deref(), stated).await?;
    let mut events = sealed.into_iter();
    // In this order: a zip asks its first side first, and takes nothing from the other when that has ended.
    for (otherwise, event) in otherwise.into_iter().zip(events.by_ref()) {
        let table = tables.get(EVENTS.name);
        let table = table.map_err(|error| Failure::permanent(error.to_string()))?;
        actions.push(Effect {
            action: event_store::append(table, &*lighten(runtime, &event).await?),
            otherwise: Some(otherwise),
        });
    }
    for event in events {
        let no_outbox = || Failure::permanent(format!("{} has no outbox to emit into", consumer.name));
        let outbox = outbox.as_ref().ok_or_else(no_outbox)?;
        actions.push(outbox.enter(&*lighten(runtime, &event).await?));
    }
    Ok(Wanted { actions, answer })
}

async fn lighten<'e>(runtime: &Runtime, event: &'e Envelope) -> Result<Cow<'e, Envelope>, Failure> {
    claim_check::lighten(runtime.surroundings.claim_check.as_deref(), event).await
}
