//! The storefront's event types, a line each, so that tests can read every sample as what it is.

use serde_json::Value;
use storefront_contracts::{
    AccountOpened, DepositMade, InvoiceCreated, OrderPlaced, TransferCompleted, UserEmailChanged,
    UserRenamed, UserSignedUp, WithdrawalMade,
};
use tidings_core::{Envelope, Event, EventType, Incoming as _};

/// One event type, without its Rust type.
pub struct Contract {
    /// Its name and current version.
    pub event: EventType,
    read: fn(&Envelope) -> anyhow::Result<Value>,
}

/// All of them.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    vec![
        Contract::of::<OrderPlaced>(),
        Contract::of::<InvoiceCreated>(),
        Contract::of::<AccountOpened>(),
        Contract::of::<DepositMade>(),
        Contract::of::<WithdrawalMade>(),
        Contract::of::<TransferCompleted>(),
        Contract::of::<UserSignedUp>(),
        Contract::of::<UserRenamed>(),
        Contract::of::<UserEmailChanged>(),
    ]
}

impl Contract {
    fn of<E: Event>() -> Self {
        let read = |envelope: &Envelope| Ok(serde_json::to_value(E::decode(envelope)?)?);
        Self {
            event: E::event_type(),
            read,
        }
    }

    /// Reads the event as its current version, and writes that again.
    ///
    /// # Errors
    /// When it is not such an event.
    pub fn read(&self, envelope: &Envelope) -> anyhow::Result<Value> {
        (self.read)(envelope)
    }
}
