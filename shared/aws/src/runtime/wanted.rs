//! What a handler wants, as the actions of a transaction: sealed, and light enough for it and for the topic.

use std::borrow::Cow;

use tidings_core::{Context, Effects, Envelope, EventType, Failure, catalogue::EVENTS, causation};

use super::{Runtime, Surroundings, reply};
use crate::{
    claim_check,
    effects::to_effect,
    event_store,
    idempotency::Effect,
    message::{MOST_BYTES, bytes_of},
    personal, transaction,
};

/// What a handler wants, ready to be written.
pub(super) struct Wanted {
    /// The writes, and the events that are appended and emitted.
    pub(super) actions: Vec<Effect>,
    /// What the record keeps, to be answered again.
    pub(super) answer: Option<String>,
}

/// Effects as actions. Of an emitted event, data that is too large for the topic or the transaction is in its store then: before the transaction,
/// or an event could be published whose data is nowhere. An appended event keeps its data. Personal values are sealed by then.
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
        let append = event_store::append(table, &event)?;
        actions.push(Effect {
            action: append.event,
            otherwise: Some(otherwise),
        });
        actions.extend(append.parts.into_iter().map(|action| Effect {
            action,
            otherwise: None,
        }));
    }
    let events: Vec<_> = events.collect();
    let most = most_bytes(&actions, answer.as_deref(), &events);
    for event in &events {
        let no_outbox = || Failure::permanent(format!("{} has no outbox to emit into", consumer.name));
        let outbox = outbox.as_ref().ok_or_else(no_outbox)?;
        actions.push(outbox.enter(&*lighten(runtime, event, most).await?));
    }
    Ok(Wanted { actions, answer })
}

/// Bytes that an emitted event may have, so that all of them find room in one transaction beside what else is in it.
fn most_bytes(actions: &[Effect], answer: Option<&str>, events: &[Envelope]) -> usize {
    let written = actions
        .iter()
        .map(|effect| transaction::bytes_of(&effect.action).1);
    let record = answer.map_or(0, str::len) + transaction::LIGHT_BYTES;
    let keys = events.len() * transaction::LIGHT_BYTES;
    let room = transaction::MOST_BYTES.saturating_sub(written.sum::<usize>() + record + keys);
    transaction::most_kept(events.iter().map(bytes_of).collect(), room).min(MOST_BYTES)
}

async fn lighten<'e>(
    runtime: &Runtime,
    event: &'e Envelope,
    most: usize,
) -> Result<Cow<'e, Envelope>, Failure> {
    // Who reads an event that is never large has no bucket to read from.
    let large = |published: &&EventType| published.name == event.event_type && published.may_be_large;
    let most = match runtime.handler.declared.publishes.iter().find(large) {
        Some(_) => most,
        None => MOST_BYTES,
    };
    claim_check::lighten_above(runtime.surroundings.claim_check.as_deref(), event, most).await
}
