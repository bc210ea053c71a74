//! The storefront's types of events and commands, a line each, so that tests can read every sample as what it is.

use serde_json::Value;
use storefront_contracts::{
    AccountOpened, CustomerUpdated, DepositMade, InventoryReleased, InventoryReserved, InvoiceCreated,
    OrderCancelled, OrderPlaced, OrderRefused, OrderStatusChanged, PaymentProcessed, PaymentRefused,
    PlaceOrder, QuoteShipping, ShipmentCreated, TransferCompleted, UserEmailChanged, UserRenamed,
    UserSignedUp, WithdrawalMade,
};
use tidings_core::{Command, Envelope, Event, EventType, Incoming as _, Received};

/// One type of event or command, without its Rust type.
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
        Contract::of::<OrderStatusChanged>(),
        Contract::of::<OrderCancelled>(),
        Contract::of::<OrderRefused>(),
        Contract::of::<PaymentProcessed>(),
        Contract::of::<PaymentRefused>(),
        Contract::of::<InventoryReserved>(),
        Contract::of::<InventoryReleased>(),
        Contract::of::<InvoiceCreated>(),
        Contract::of::<ShipmentCreated>(),
        Contract::of::<CustomerUpdated>(),
        Contract::of_command::<PlaceOrder>(),
        Contract::of_command::<QuoteShipping>(),
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
            event: E::EVENT_TYPE,
            read,
        }
    }

    fn of_command<C: Command>() -> Self {
        let read = |envelope: &Envelope| Ok(serde_json::to_value(Received::<C>::decode(envelope)?.0)?);
        Self {
            event: C::COMMAND_TYPE,
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
