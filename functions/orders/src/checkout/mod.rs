//! The checkout: reserves the stock, charges the card and places the order, in steps that a crash may part.
//!
//! ```text
//!            1 asked              2 reserved                    3 charged, 4 placed
//! (nothing) ─────────▶ pending ────────────────▶ reserved ───────────────────────────▶ placed     order.placed, payment.processed,
//!                         │                         │                                             inventory.reserved
//!                         └─ out of stock ─▶ refused ◀─ the payment was refused, the stock released
//! ```
//!
//! Each arrow is one transaction, under the condition that the checkout is where the arrow begins; only the charge is outside, and the
//! provider knows it by the checkout's own key. So whoever finds a checkout unfinished goes on with it ([`Checkouts::finish`]): the
//! request, the same request again, another one at the same time, and the sweeper ([`sweep`]). Of two that go on at once one is
//! refused by the condition, reads where the checkout is, and goes on from there. What is answered is made of the checkout's item
//! ([`answer`]), and so is the same each time.

mod answer;
mod charge;
mod lines;
mod refuse;
mod reserve;
mod state;
mod sweep;
mod table;

use std::{convert::Infallible, sync::Arc};

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use storefront_contracts::OrderPlaced;
use storefront_providers::{ChargeCards, cards};
use tidings_aws::{
    Setting,
    event_store::{EventStore, WorkError},
    service::Error,
    transaction::Item,
};
use tidings_core::{
    Clock, Entropy, Envelope, Failure, Outgoing,
    catalogue::{PENDING, Table},
    clock::{SystemClock, SystemEntropy},
};
use uuid::Uuid;

use crate::stock::STOCK;

pub(crate) use answer::answer;
pub(crate) use lines::MOST_ARTICLES;
pub(crate) use state::{Checkout, Ended, Refusal, Stage};
pub use sweep::{GRACE, Swept, Unswept};

/// The checkouts, by the caller and the `Idempotency-Key` of the request. Those that are not ended are in the index, by the time of their
/// request, or by when the sweeper has tried them last; those that are expire.
pub const CHECKOUTS: Table = Table::new("checkouts", crate::SERVICE, "checkout")
    .expiring_by("expires")
    .indexed_by(&[PENDING]);

/// What checks out.
#[derive(Clone)]
pub struct Checkouts {
    events: EventStore,
    dynamodb: Client,
    checkouts: String,
    stock: String,
    cards: Arc<dyn ChargeCards>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Checkouts as a function is set up for them.
///
/// # Errors
/// When the function has not declared a table, or the environment does not say how cards are charged.
pub async fn checkouts(setting: &Setting) -> Result<Checkouts, Error> {
    Ok(Checkouts::new(
        setting.events()?,
        setting.dynamodb(),
        setting.table(&CHECKOUTS)?,
        setting.table(&STOCK)?,
        cards(setting).await?,
    ))
}

/// A checkout that is asked for.
pub(crate) struct Asked {
    /// By which it is found again.
    pub(crate) key: String,
    /// What is asked under this key.
    pub(crate) request: String,
    /// How the provider calls the card.
    pub(crate) card: String,
}

/// What a new checkout is made with.
pub(crate) struct Drawn<'a> {
    /// Its own name.
    pub(crate) id: Uuid,
    /// 128 bits that nobody is told.
    pub(crate) salt: &'a str,
    pub(crate) now: Timestamp,
}

/// Why a checkout has not come to its end. It stays where it is, and goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The database or the provider does not answer, or too many wanted the same articles.
    #[error("{}", .0.reason())]
    Failed(Failure),
    /// The sweeper has voided it: nothing was reserved. It can be asked for anew.
    #[error("the checkout was given up while it was under way; try again")]
    Voided,
}

impl Checkouts {
    /// Checkouts in this table, out of the stock in that one, with the machine's clock and entropy.
    #[must_use]
    pub fn new(
        events: EventStore,
        dynamodb: Client,
        checkouts: impl Into<String>,
        stock: impl Into<String>,
        cards: Arc<dyn ChargeCards>,
    ) -> Self {
        Self {
            events,
            dynamodb,
            checkouts: checkouts.into(),
            stock: stock.into(),
            cards,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }

    /// Checkouts happen when this clock says, and their ids come from this chance.
    #[must_use]
    pub fn with(self, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            clock,
            entropy,
            ..self
        }
    }

    /// The checkout of this key: the one that is there, or a new one of the order that `prepare` makes, with the event that will tell of it
    /// once it is placed. Personal values are sealed before anything is written.
    ///
    /// # Errors
    /// When the database or the keys of persons do not answer.
    pub(crate) async fn begin(
        &self,
        asked: Asked,
        prepare: impl FnOnce(Drawn<'_>) -> Result<Envelope, Failure>,
    ) -> Result<Checkout, Failure> {
        // Read first, so that a repetition seals nothing.
        if let Some(there) = self.find(&asked.key).await? {
            return Ok(there);
        }
        let now = self.clock.now();
        let salt = format!("{:032x}", self.entropy.bits());
        let drawn = Drawn {
            id: Uuid::from_u128(self.entropy.bits()),
            salt: &salt,
            now,
        };
        let prepared = self.events.seal(prepare(drawn)?).await?;
        self.put(Checkout::asked(asked, prepared, salt, now)?).await
    }

    /// Goes on with a checkout from where it is to its end.
    ///
    /// # Errors
    /// [`Unfinished`].
    pub(crate) async fn finish(&self, mut checkout: Checkout) -> Result<(Checkout, Ended), Unfinished> {
        loop {
            checkout = match checkout.stage.clone() {
                Stage::Pending { card } => self.reserve(checkout, card).await?,
                Stage::Reserved { card, since } => self.charge(checkout, card, since).await?,
                Stage::Ended(ended) => return Ok((checkout, ended)),
            };
        }
    }
}

/// The first event of an order that will have been placed.
pub(crate) fn placing(order: &OrderPlaced) -> Result<Outgoing, Failure> {
    Ok(Outgoing::new(order, 1)?)
}

/// Where a checkout is that somebody else has gone on with.
fn overtaken(checkout: &Checkout, there: Option<&Item>) -> Result<Checkout, Unfinished> {
    let there = there
        .filter(|item| !item.is_empty())
        .map(Checkout::read)
        .transpose()?;
    // Under the same key there may be another one by now.
    there
        .filter(|there| there.id() == checkout.id())
        .ok_or(Unfinished::Voided)
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<WorkError<Infallible>> for Unfinished {
    fn from(error: WorkError<Infallible>) -> Self {
        Self::Failed(match error {
            WorkError::Refused(never) => match never {},
            WorkError::Conflict(order) => {
                Failure::transient(format!("{order} changes so often that it could not be placed"))
            }
            WorkError::Failed(failure) => failure,
        })
    }
}
