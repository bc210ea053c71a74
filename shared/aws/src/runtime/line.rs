//! Standing in line: in a FIFO queue, what follows a dead letter in its group waits behind it, until a redrive has done it or somebody
//! has dropped it (`docs/adr/0025`). Standard queues know no line.
//!
//! What waits stays in its queue, hidden: SQS hands out nothing of a group of which a message is hidden (AWS: SQS, FIFO queue delivery
//! logic), so the first that waits holds all that is behind it.

use std::time::Duration;

use jiff::Timestamp;
use tidings_core::Failure;
use tracing::warn;

use super::{
    GIVE_UP, LAST_START, Runtime,
    receive::Delivery,
    run::{End, Ran},
};
use crate::idempotency::{Group, Letter};

/// The first wait behind a letter. Each is as long as the letter has been there, so that they double.
const FIRST_WAIT: Duration = Duration::from_secs(10);
/// The longest. At one receive a wait, a message cannot use up the receives of a FIFO queue before its retention ends.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// Where a message of a FIFO queue stands.
pub(super) struct Place {
    group: Group,
    /// The letter that it is itself: it was redriven, or has come again. More than one, where a write that nobody waited for any more arrived all the same.
    own: Vec<Letter>,
    /// The letter that it waits behind.
    before: Option<Letter>,
}

/// Looks where a delivery stands; nowhere if its queue is standard.
///
/// # Errors
/// When the table does not answer: whether it may begin is not known then.
pub(super) async fn place(
    runtime: &Runtime,
    delivery: &Delivery,
    now: Timestamp,
    deadline: Timestamp,
) -> Result<Option<Place>, Failure> {
    let Some(name) = delivery.line() else {
        return Ok(None);
    };
    let consumer = runtime.handler.declared.name;
    let group = Group { name, consumer };
    let surroundings = &runtime.surroundings;
    let mut line = Vec::new();
    // So near the deadline that nothing is begun, nothing is asked.
    if !surroundings.left(deadline, LAST_START).is_zero() {
        let time = surroundings.left(deadline, GIVE_UP);
        let asked = tokio::time::timeout(time, surroundings.records.line(&group, now)).await;
        let late = "the line of its group was not read before the function's deadline";
        line = asked.map_err(|_| Failure::transient(late).of_class("Deadline"))??;
    }
    let message = delivery.message();
    let is_own = |letter: &&Letter| letter.message == message;
    let mut own = Vec::new();
    // Redriven, it may wait for as long again as its queue keeps it, and its mark with it.
    for letter in line.iter().filter(is_own) {
        if surroundings.records.stand(&group, letter, now).await? {
            own.push(letter.clone());
        }
    }
    let mut before = line.into_iter().take_while(|letter| letter.message != message);
    Ok(Some(Place {
        own,
        before: before.find(|letter| letter.holds),
        group,
    }))
}

/// Why a message may not begin: a letter stands before it, or nobody knows whether one does.
pub(super) async fn wait(
    runtime: &Runtime,
    delivery: &Delivery,
    placed: &Result<Option<Place>, Failure>,
    now: Timestamp,
) -> Option<Failure> {
    let Place { group, before, .. } = match placed {
        Ok(place) => place.as_ref()?,
        // Also where the question itself was refused: set aside, it would leave its group behind.
        Err(failure) => return Some(Failure::transient(failure.reason()).of_class(failure.class())),
    };
    let letter = before.as_ref()?;
    let (dead, since) = (&letter.message, letter.since);
    let mut wait = between(since, now).clamp(FIRST_WAIT, LONGEST_WAIT);
    if let Some(receipt) = delivery
        .messages
        .first()
        .and_then(|message| message.receipt_handle.as_deref())
    {
        match runtime
            .surroundings
            .records
            .wait_behind(group, letter, receipt)
            .await
        {
            Ok(true) => {}
            // It has left the line just now.
            Ok(false) => wait = Duration::from_secs(1),
            Err(failure) => warn!(
                reason = failure.reason(),
                "it is not known who waits: it will not be called, and comes back by itself"
            ),
        }
    }
    let behind = format!("waits behind {dead}, a dead letter of its group since {since}");
    Some(Failure::transient_after(behind, wait).of_class("Behind"))
}

/// Lets a message that is set aside stand in line, before it is in the dead-letter queue: from there it can be redriven, and done, at once.
///
/// # Errors
/// When the table does not answer.
pub(super) async fn stand(
    runtime: &Runtime,
    delivery: &Delivery,
    place: Option<&Place>,
) -> Result<Option<Letter>, Failure> {
    let Some(Place { group, own, .. }) = place else {
        return Ok(None);
    };
    let (records, now) = (&runtime.surroundings.records, runtime.surroundings.now());
    if let Some(own) = own.first()
        && records.stand(group, own, now).await?
    {
        return Ok(Some(own.clone()));
    }
    let letter = Letter::new(delivery.message(), now);
    match records.stand(group, &letter, now).await? {
        true => Ok(Some(letter)),
        false => Err(has_left()),
    }
}

/// Lets the group wait behind a letter that is in the dead-letter queue: nothing may pass it once its message is acknowledged.
///
/// # Errors
/// When the table does not answer, or the letter was redriven and done already: then its message comes back, and is known.
pub(super) async fn hold(
    runtime: &Runtime,
    place: Option<&Place>,
    letter: Option<&Letter>,
) -> Result<(), Failure> {
    let (Some(Place { group, .. }), Some(letter)) = (place, letter) else {
        return Ok(());
    };
    match runtime.surroundings.records.hold(group, letter).await? {
        true => Ok(()),
        false => Err(has_left()),
    }
}

fn has_left() -> Failure {
    Failure::transient("has just left this place in the line of its group")
}

/// Lets a letter that is done leave the line, and calls who waits behind it. Where that fails, the message comes back, and is known.
pub(super) async fn leave(runtime: &Runtime, place: Option<&Place>, ran: Ran) -> Ran {
    let (End::Done { .. } | End::Duplicate { .. }, Some(Place { group, own, .. })) = (&ran.end, place) else {
        return ran;
    };
    let now = runtime.surroundings.now();
    for letter in own {
        match runtime.surroundings.records.leave(group, letter, now).await {
            Ok(waiting) => call(runtime, waiting).await,
            Err(failure) => {
                let why = format!("done, and its group still waits: {}", failure.reason());
                return Ran::failed(ran.attempt, Failure::transient(why).of_class("StillInLine"));
            }
        }
    }
    ran
}

/// Calls who waits behind a letter, by its receipt.
async fn call(runtime: &Runtime, waiting: Option<String>) {
    if let (Some(receipt), Some(postpone)) = (waiting, &runtime.surroundings.postpone)
        && let Err(error) = postpone.postpone(&receipt, Duration::ZERO).await
    {
        warn!(%error, "who waits behind a letter was not called, and comes back by itself");
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
