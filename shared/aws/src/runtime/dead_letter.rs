//! Setting aside: what cannot be helped goes to the consumer's dead-letter queue, with its cause.

use tidings_core::{
    Envelope, Failure,
    ports::{DeadLetter, TransportError},
};

use super::{
    Runtime,
    line::{self, Place},
    receive::Delivery,
    run::{End, Held, Ran},
};

/// Where its group is to wait, its place is taken first: a letter may be redriven as soon as it is sent. Its group waits from when it is sent.
pub(super) async fn set_aside(
    runtime: &Runtime,
    delivery: &Delivery,
    place: Option<&Place>,
    ran: &Ran,
    reason: &str,
) -> Result<(), TransportError> {
    let unsaid = |failure: Failure| TransportError(failure.reason().to_owned());
    let letter = line::stand(runtime, delivery, place).await.map_err(unsaid)?;
    send(runtime, delivery, ran, reason).await?;
    line::hold(runtime, place, letter.as_ref()).await.map_err(unsaid)
}

/// Sends the event's first message, with the reason.
async fn send(runtime: &Runtime, delivery: &Delivery, ran: &Ran, reason: &str) -> Result<(), TransportError> {
    let no_queue = || TransportError("no dead-letter queue is configured (DEAD_LETTER_QUEUE_URL)".into());
    let dead_letters = runtime.surroundings.dead_letters.as_ref().ok_or_else(no_queue)?;
    let (class, first_failed) = match &ran.end {
        End::Failed { failure, held } => (
            failure.class(),
            held.as_ref().and_then(|Held { first_failed, .. }| *first_failed),
        ),
        // Only what has failed is set aside.
        _ => ("Permanent", None),
    };
    let message = delivery.messages.first();
    let envelope = delivery.envelope.as_ref().ok();
    let letter = DeadLetter {
        body: message
            .and_then(|message| message.body.clone())
            .unwrap_or_default(),
        message_id: message
            .and_then(|message| message.message_id.clone())
            .unwrap_or_default(),
        group: delivery.line(),
        reason: reason.to_owned(),
        class: class.to_owned(),
        consumer: runtime.handler.declared.name,
        attempts: ran.attempt.max(1),
        first_failed: first_failed.unwrap_or_else(|| runtime.surroundings.now()),
        event: envelope.map(Envelope::key),
        correlation_id: envelope.map(|envelope| envelope.correlation_id().to_owned()),
    };
    dead_letters.set_aside(&letter).await
}
