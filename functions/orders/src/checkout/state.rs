//! Where a checkout is, as its item says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};
use storefront_contracts::{Fault, OrderPlaced};
use tidings_aws::{left_over::moment, transaction::Item};
use tidings_core::{Envelope, Failure, Incoming as _};

use super::Asked;

/// One checkout.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    pub(super) key: String,
    /// What was asked under this key.
    pub(crate) request: String,
    /// The first event of the order, as it will be. Its id is the checkout's own.
    pub(super) prepared: Envelope,
    /// The same, read. Personal values are sealed.
    pub(crate) order: OrderPlaced,
    /// What a guest's secret is made with; a checkout that was begun before there were secrets has none.
    pub(crate) salt: Option<String>,
    asked: Timestamp,
    pub(super) stage: Stage,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// It is asked for, and nothing is held.
    Pending {
        /// How the provider calls the card.
        card: String,
    },
    /// The stock is reserved; the card may have been charged.
    Reserved {
        /// How the provider calls the card.
        card: String,
        /// Since when it may have been charged.
        since: Timestamp,
    },
    /// It has come to its end.
    Ended(Ended),
}

/// What a checkout came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    /// The card is charged, and the order placed.
    Placed,
    /// There is no order, nothing is reserved, and no card was charged.
    Refused(Refusal),
}

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub(crate) enum Refusal {
    /// Some articles are not there in this number.
    OutOfStock {
        /// Which lines, and what is left.
        faults: Vec<Fault>,
    },
    /// Whoever issued the card would not have it, or the provider not the amount.
    PaymentRefused {
        /// Why, in the provider's word.
        code: String,
    },
}

/// The attribute that says how far it is, and what it says.
pub(super) const PENDING: &str = "pending";
pub(super) const RESERVED: &str = "reserved";
pub(super) const PLACED: &str = "placed";
pub(super) const REFUSED: &str = "refused";

/// A checkout as an item. No attribute that an expression names is a reserved word of DynamoDB.
#[derive(Serialize, Deserialize)]
struct Row {
    checkout: String,
    checkout_id: String,
    request_hash: String,
    envelope: String,
    phase: String,
    asked_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reserved_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
    /// The keys of the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

impl Checkout {
    /// A new one.
    pub(super) fn asked(
        asked: Asked,
        prepared: Envelope,
        salt: String,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        Ok(Self {
            key: asked.key,
            request: asked.request,
            order: read_order(&prepared)?,
            prepared,
            salt: Some(salt),
            asked: now,
            stage: Stage::Pending { card: asked.card },
        })
    }

    /// Its own name, also the provider's key for its charge: no other checkout ever has it, not even one of the same key.
    pub(super) fn id(&self) -> &str {
        &self.prepared.id
    }

    /// How events call it.
    pub(super) fn request_id(&self) -> String {
        format!("chk-{}", self.id().replace('-', ""))
    }

    pub(super) fn prepared(&self) -> &Envelope {
        &self.prepared
    }

    pub(super) fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    /// The item of a new one.
    pub(super) fn item(&self) -> Result<Item, Failure> {
        let Stage::Pending { card } = &self.stage else {
            return Err(Failure::permanent(
                "only a pending checkout is written as a whole",
            ));
        };
        let row = Row {
            checkout: self.key.clone(),
            checkout_id: self.id().to_owned(),
            request_hash: self.request.clone(),
            envelope: self.prepared.to_json(),
            phase: PENDING.to_owned(),
            asked_at: self.asked.as_millisecond(),
            salt: self.salt.clone(),
            card: Some(card.clone()),
            reserved_at: None,
            refusal: None,
            // A random digit: the index has sixteen partitions, and no one of them takes every write.
            pending: self.id().get(..1).map(ToOwned::to_owned),
            since: Some(moment(self.asked)),
        };
        Ok(to_item(row)?)
    }

    /// The checkout that this item is.
    ///
    /// # Errors
    /// When it is none: permanent.
    pub(super) fn read(item: &Item) -> Result<Self, Failure> {
        let row: Row = from_item(item.clone()).map_err(|error| unreadable(&error.to_string()))?;
        let prepared = Envelope::parse(&row.envelope).map_err(|error| unreadable(&error.to_string()))?;
        let card = || row.card.clone().ok_or_else(|| unreadable("it has no card"));
        let time =
            |millis: i64| Timestamp::from_millisecond(millis).map_err(|error| unreadable(&error.to_string()));
        let stage = match (row.phase.as_str(), row.reserved_at, &row.refusal) {
            (PENDING, ..) => Stage::Pending { card: card()? },
            (RESERVED, Some(since), _) => Stage::Reserved {
                card: card()?,
                since: time(since)?,
            },
            (PLACED, ..) => Stage::Ended(Ended::Placed),
            (REFUSED, _, Some(refusal)) => Stage::Ended(Ended::Refused(refusal.clone())),
            _ => return Err(unreadable("it is nowhere that is known")),
        };
        Ok(Self {
            key: row.checkout,
            request: row.request_hash,
            order: read_order(&prepared)?,
            prepared,
            salt: row.salt,
            asked: time(row.asked_at)?,
            stage,
        })
    }
}

fn read_order(prepared: &Envelope) -> Result<OrderPlaced, Failure> {
    OrderPlaced::decode(prepared).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(why: &str) -> Failure {
    Failure::permanent(format!("an item of the table of checkouts is none: {why}")).of_class("Checkout")
}
