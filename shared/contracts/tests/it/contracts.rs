//! The storefront's types of events, commands and answers, so that tests can read every sample as
//! what it is.

use std::sync::LazyLock;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde_json::Value;
use storefront_contracts::{
    AccountOpened, CustomerUpdated, DepositMade, InventoryReleased, InventoryReserved, InvoiceCreated,
    OrderCancelled, OrderPlaced, OrderRefused, OrderStatusChanged, PaymentProcessed, PaymentRefused,
    PlaceOrder, QuoteShipping, ShipmentCreated, TransferCompleted, UserEmailChanged, UserRenamed,
    UserSignedUp, WithdrawalMade,
};
use tidings_core::{
    Actor, Command, Envelope, Event, Incoming as _, Outgoing, Received,
    causation::{Origin, originate},
    command::issue,
    contract::{self, Released},
};
use uuid::Uuid;

use crate::samples::{files, read, relative};

/// One type of event, command or answer, without its Rust type.
pub struct Contract {
    /// What is agreed on.
    pub agreed: contract::Contract,
    read: fn(&Envelope) -> anyhow::Result<Value>,
    send: fn(&Envelope) -> anyhow::Result<Value>,
}

/// The folder `events/`, as a program that was compiled now would have it.
static RELEASED: LazyLock<Released> = LazyLock::new(|| {
    let files = files("events").expect("events/ can be listed").into_iter();
    let files = files.filter(|path| path.is_dir() && !path.ends_with("invocations"));
    let files = files.flat_map(|folder| files_of(&folder));
    let texts = files.map(|path| {
        let text = read(&path).expect("a file of events/ can be read");
        (&*relative(&path).leak(), &*text.leak())
    });
    Released::new(texts.collect::<Vec<_>>().leak())
});

fn files_of(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    files(folder).expect("a folder of events/ can be listed")
}

/// All of them.
pub fn contracts() -> &'static [Contract] {
    static CONTRACTS: LazyLock<Vec<Contract>> = LazyLock::new(all);
    &CONTRACTS
}

fn all() -> Vec<Contract> {
    let of_one = [
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
        Contract::of::<AccountOpened>(),
        Contract::of::<DepositMade>(),
        Contract::of::<WithdrawalMade>(),
        Contract::of::<TransferCompleted>(),
        Contract::of::<UserSignedUp>(),
        Contract::of::<UserRenamed>(),
        Contract::of::<UserEmailChanged>(),
    ];
    let of_commands = [
        Contract::of_command::<PlaceOrder>(),
        Contract::of_command::<QuoteShipping>(),
    ];
    of_one
        .into_iter()
        .chain(of_commands.into_iter().flatten())
        .collect()
}

impl Contract {
    fn of<E: Event + JsonSchema>() -> Self {
        Self {
            agreed: contract::Contract::event::<E>("storefront", &RELEASED),
            read: |envelope| Ok(serde_json::to_value(E::decode(envelope)?)?),
            send: |envelope| {
                let stated = Outgoing::new(&E::decode(envelope)?, 1)?;
                Ok(serde_json::from_str(originate(stated, origin()).data())?)
            },
        }
    }

    /// The command, and its answer.
    fn of_command<C: Command + JsonSchema>() -> [Self; 2]
    where
        C::Answer: JsonSchema,
    {
        let read_answer = |envelope: &Envelope| {
            let answer: C::Answer = serde_json::from_str(envelope.data())?;
            Ok(serde_json::to_value(answer)?)
        };
        let command = Self {
            agreed: contract::Contract::command::<C>("storefront", &RELEASED),
            read: |envelope| Ok(serde_json::to_value(Received::<C>::decode(envelope)?.0)?),
            send: |envelope| {
                let issued = issue(&Received::<C>::decode(envelope)?.0, origin())?;
                Ok(serde_json::from_str(issued.data())?)
            },
        };
        let answer = Self {
            agreed: contract::Contract::answer::<C>("storefront", &RELEASED),
            read: read_answer,
            send: read_answer,
        };
        [command, answer]
    }

    /// Reads the data as the current version, and writes that again, with personal values in the
    /// clear.
    ///
    /// # Errors
    /// When it is not such data.
    pub fn read(&self, envelope: &Envelope) -> anyhow::Result<Value> {
        (self.read)(envelope)
    }

    /// Reads the data as the current version, and states that as it may be sent: nothing stands in
    /// the place of a personal value that is yet to be sealed.
    ///
    /// # Errors
    /// When it is not such data, or does not say whose its personal values are.
    pub fn send(&self, envelope: &Envelope) -> anyhow::Result<Value> {
        (self.send)(envelope)
    }
}

fn origin() -> Origin {
    Origin {
        source: "/orders".into(),
        id: Uuid::from_u128(1),
        time: Timestamp::UNIX_EPOCH,
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    }
}
