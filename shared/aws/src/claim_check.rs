//! Claim check: the data of an event that is too large for the topic is kept in a store, and the event travels without.
//!
//! Everything that publishes goes through [`lighten`], before the event is in a transaction or in a message, so that the
//! 400 KB of a DynamoDB item are never met either (AWS: DynamoDB quotas). Every consumer's runtime goes through
//! [`collect`] before it reads the data.

use std::borrow::Cow;

pub use tidings_core::ports::MOST_DATA_BYTES;
use tidings_core::{
    Envelope, Failure,
    ports::{ClaimCheck, CollectError},
};

use crate::message::{MOST_BYTES, bytes_of};

/// Why there is nowhere to keep data, or to fetch it from.
const NO_STORE: &str = "no store for it: none is configured (CLAIM_CHECK_BUCKET), or the function's types declare that their events are never \
    large (MAY_BE_LARGE)";

/// The event as it can be published: itself where it fits into a message, or without its data, which is in the store
/// then. The data is there before the event can be.
///
/// # Errors
/// A permanent failure where it is too large and there is no store, or too large for any; a transient one where the store
/// does not answer.
pub async fn lighten<'e>(
    store: Option<&dyn ClaimCheck>,
    event: &'e Envelope,
) -> Result<Cow<'e, Envelope>, Failure> {
    lighten_above(store, event, MOST_BYTES).await
}

/// The same where the event takes more than `most` bytes of a message: for who has less room than the topic. Where there is no store, an event that
/// the topic takes stays as it is.
///
/// # Errors
/// As for [`lighten`].
pub(crate) async fn lighten_above<'e>(
    store: Option<&dyn ClaimCheck>,
    event: &'e Envelope,
    most: usize,
) -> Result<Cow<'e, Envelope>, Failure> {
    let bytes = bytes_of(event);
    if bytes <= most || (bytes <= MOST_BYTES && store.is_none()) {
        return Ok(Cow::Borrowed(event));
    }
    let too_large = |detail: String| {
        let reason = format!(
            "{} has {bytes} bytes, and the topic takes {MOST_BYTES}; {detail}",
            event.event_type
        );
        Failure::permanent(reason).of_class("TooLarge")
    };
    let data = event.data();
    if data.len() > MOST_DATA_BYTES {
        let detail = format!(
            "its data has {} bytes, and {MOST_DATA_BYTES} is the most",
            data.len()
        );
        return Err(too_large(detail));
    }
    let Some(store) = store else {
        return Err(too_large(format!("there is {NO_STORE}")));
    };
    let deposited = store.deposit(&event.claim_key(), data).await;
    let light = event.lightened(deposited?);
    match bytes_of(&light) {
        bytes if bytes > MOST_BYTES => Err(too_large(format!("without its data it still has {bytes}"))),
        _ => Ok(Cow::Owned(light)),
    }
}

/// The event with its data. One that has it is left alone, also where it says besides where the data is kept.
///
/// # Errors
/// A permanent failure where there is no store, the reference leads elsewhere, or the data is gone or no JSON; a transient
/// one where the store does not answer.
pub async fn collect(store: Option<&dyn ClaimCheck>, event: Envelope) -> Result<Envelope, Failure> {
    let Some(dataref) = event.dataref.clone().filter(|_| event.is_light()) else {
        return Ok(event);
    };
    let never = |reason: String| Failure::permanent(reason).of_class("DataLost");
    let Some(store) = store else {
        return Err(never(format!(
            "the event's data is at {dataref}, and there is {NO_STORE}"
        )));
    };
    let data = store.collect(&dataref).await.map_err(|error| match error {
        CollectError::Never(_) => never(error.to_string()),
        CollectError::NotNow(_) => Failure::from(error),
    })?;
    let read = event.with_data(data);
    read.map_err(|error| {
        never(format!(
            "what is kept at {dataref} is no JSON: line {}",
            error.line()
        ))
    })
}
