//! The desk: where an operator works, and everything that is within reach of it.

use std::sync::Arc;

use jiff::Timestamp;
use tidings_aws::{
    idempotency::IdempotencyTable,
    personal::{Keyring, PersonKeys},
};
use tidings_core::{
    Clock, Entropy,
    catalogue::{EVENTS, IDEMPOTENCY, OPERATIONS, PERSON_KEYS},
    clock::{SystemClock, SystemEntropy},
};

use crate::{
    error::{OperationError, Result},
    queues::Queues,
    roster::Roster,
    store::Store,
};

/// Where an operator works.
pub struct Desk {
    pub(crate) roster: Roster,
    pub(crate) queues: Queues,
    pub(crate) store: Store,
    pub(crate) records: IdempotencyTable,
    pub(crate) keys: PersonKeys,
    pub(crate) keyring: Option<Arc<Keyring>>,
    pub(crate) events: Events,
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// The real names of the tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// What operators have done.
    pub operations: String,
    /// The idempotency records.
    pub idempotency: String,
    /// The keys of persons.
    pub person_keys: String,
    /// The event store.
    pub events: String,
}

impl Tables {
    /// As `named` calls them.
    #[must_use]
    pub fn named(named: impl Fn(&str) -> String) -> Self {
        Self {
            operations: named(OPERATIONS.name),
            idempotency: named(IDEMPOTENCY.name),
            person_keys: named(PERSON_KEYS.name),
            events: named(EVENTS.name),
        }
    }
}

pub(crate) struct Events {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) table: String,
}

impl Desk {
    /// A desk in a system's stage.
    #[must_use]
    pub fn new(
        roster: Roster,
        sqs: aws_sdk_sqs::Client,
        dynamodb: &aws_sdk_dynamodb::Client,
        tables: Tables,
    ) -> Self {
        Self {
            roster,
            queues: Queues::new(sqs),
            store: Store::new(dynamodb.clone(), tables.operations),
            records: IdempotencyTable::new(dynamodb.clone(), tables.idempotency),
            keys: PersonKeys::new(dynamodb.clone(), tables.person_keys),
            keyring: None,
            events: Events {
                dynamodb: dynamodb.clone(),
                table: tables.events,
            },
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }

    /// It can open personal values: for who may see them.
    #[must_use]
    pub fn with_keyring(self, keyring: Option<Arc<Keyring>>) -> Self {
        Self { keyring, ..self }
    }

    /// With a clock and an entropy of one's own.
    #[must_use]
    pub fn with(self, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            clock,
            entropy,
            ..self
        }
    }

    /// The system's consumers and queues.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The table of acts, of letters that were acted on and of notes.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What time it is here.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens the personal values of a JSON text, to be shown and written nowhere.
    ///
    /// # Errors
    /// When the desk has no keys, the text is no JSON, or the keys do not open it.
    pub async fn open(&self, json: &str) -> Result<String> {
        let refused = |why: String| OperationError::Refused(why);
        let keyring = self.keyring.as_ref();
        let keyring =
            keyring.ok_or_else(|| refused("personal values stay sealed here: there is no key".into()))?;
        let mut value =
            serde_json::from_str(json).map_err(|error| refused(format!("the body is no JSON: {error}")))?;
        let opened = keyring.open_json(&mut value).await;
        opened.map_err(|failure| refused(failure.reason().to_owned()))?;
        Ok(value.to_string())
    }
}
