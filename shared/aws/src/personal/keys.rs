//! The table of keys: one item a person, which stays as a tombstone when the key is deleted.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::{
    Client,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    primitives::Blob,
    types::{AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use jiff::Timestamp;
use tidings_core::{Entropy, Failure};

use crate::transaction::{Item, pause};

/// The attributes of an item; the key is that of `tidings_core::catalogue::PERSON_KEYS`.
const PERSON: &str = "person";
const WRAPPED: &str = "wrapped_key";
const CREATED: &str = "created_at";
const ERASED: &str = "erased_at";

/// Keys that `BatchGetItem` takes (AWS: DynamoDB, `BatchGetItem`).
const MOST_KEYS: usize = 100;
/// How often what a throttled table has left out is asked for again.
const MOST_TRIES: u32 = 8;

/// The keys of persons, wrapped.
#[derive(Debug, Clone)]
pub struct PersonKeys {
    dynamodb: Client,
    name: String,
}

/// What the table keeps of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A wrapped key.
    Key {
        /// It.
        wrapped: Vec<u8>,
        /// When it was made.
        created: Timestamp,
    },
    /// The key was deleted then. There will be no other.
    Erased(Timestamp),
}

/// What forgetting a person came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    /// The key is deleted.
    Now,
    /// It was deleted then.
    Before(Timestamp),
    /// Nothing was ever sealed for such a person, and nothing is written: it may be a slip of the pen, and erasing is for good.
    Unknown,
}

impl PersonKeys {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
        }
    }

    /// What is kept of a person.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn get(&self, person: &str) -> Result<Option<Kept>, Failure> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key(person)))
            .consistent_read(true);
        get.send().await?.item.as_ref().map(kept).transpose()
    }

    /// Deletes the key of a person for good: what was sealed with it can be read by nobody any more, and what is said of that person from
    /// now on is not even sealed.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn forget(&self, person: &str, now: Timestamp) -> Result<Forgotten, Failure> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(person)))
            .update_expression("SET erased_at = if_not_exists(erased_at, :now) REMOVE wrapped_key")
            .condition_expression("attribute_exists(person)")
            .expression_attribute_values(":now", time(now))
            .return_values(ReturnValue::AllOld);
        match update.send().await {
            Ok(answer) => match answer.attributes.as_ref().map(kept).transpose()? {
                Some(Kept::Erased(at)) => Ok(Forgotten::Before(at)),
                _ => Ok(Forgotten::Now),
            },
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(_) => Ok(Forgotten::Unknown),
                error => Err(error.into()),
            },
        }
    }

    /// What is kept of these persons, read together and strongly consistent; who is not in the answer is not in the table.
    pub(super) async fn read(
        &self,
        persons: BTreeSet<&str>,
        entropy: &dyn Entropy,
    ) -> Result<HashMap<String, Kept>, Failure> {
        let mut found = HashMap::with_capacity(persons.len());
        let persons: Vec<_> = persons.into_iter().collect();
        for some in persons.chunks(MOST_KEYS) {
            let mut asked = some.iter().map(|person| key(person)).collect();
            for retry in 0.. {
                asked = self.read_some(asked, &mut found).await?;
                if asked.is_empty() {
                    break;
                }
                if retry == MOST_TRIES {
                    let reason = format!("the table {} is throttled", self.name);
                    return Err(Failure::transient(reason).of_class("ThrottlingError"));
                }
                tokio::time::sleep(pause(retry, entropy.unit())).await;
            }
        }
        Ok(found)
    }

    /// Asks once; answers what DynamoDB has left out.
    async fn read_some(
        &self,
        asked: Vec<Item>,
        found: &mut HashMap<String, Kept>,
    ) -> Result<Vec<Item>, Failure> {
        let asked = KeysAndAttributes::builder()
            .set_keys(Some(asked))
            .consistent_read(true)
            .build()?;
        let get = self.dynamodb.batch_get_item().request_items(&self.name, asked);
        let answer = get.send().await?;
        for item in answer.responses.unwrap_or_default().into_values().flatten() {
            if let Some(person) = item.get(PERSON).and_then(|person| person.as_s().ok()) {
                found.insert(person.clone(), kept(&item)?);
            }
        }
        let left = answer.unprocessed_keys.unwrap_or_default();
        Ok(left.into_values().flat_map(|left| left.keys).collect())
    }

    /// Keeps a new key, unless something is kept of that person already: then that is answered.
    pub(super) async fn add(
        &self,
        person: &str,
        wrapped: &[u8],
        now: Timestamp,
    ) -> Result<Option<Kept>, Failure> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.name)
            .item(PERSON, AttributeValue::S(person.to_owned()))
            .item(WRAPPED, AttributeValue::B(Blob::new(wrapped)))
            .item(CREATED, time(now))
            .condition_expression("attribute_not_exists(person)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(refused) => {
                    let there = refused.item.as_ref().map(kept).transpose()?;
                    there
                        .map(Some)
                        .ok_or_else(|| unreadable("an item that was not answered"))
                }
                error => Err(error.into()),
            },
        }
    }
}

fn key(person: &str) -> Item {
    [(PERSON.to_owned(), AttributeValue::S(person.to_owned()))].into()
}

fn time(time: Timestamp) -> AttributeValue {
    AttributeValue::N(time.as_millisecond().to_string())
}

fn kept(item: &Item) -> Result<Kept, Failure> {
    let time = |name: &str| {
        let millis = item.get(name)?.as_n().ok()?.parse().ok()?;
        Timestamp::from_millisecond(millis).ok()
    };
    if let Some(at) = time(ERASED) {
        return Ok(Kept::Erased(at));
    }
    let wrapped = item.get(WRAPPED).and_then(|wrapped| wrapped.as_b().ok());
    let wrapped = wrapped.ok_or_else(|| unreadable("an item without a key"))?;
    Ok(Kept::Key {
        wrapped: wrapped.as_ref().to_vec(),
        created: time(CREATED).unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

fn unreadable(what: &str) -> Failure {
    Failure::permanent(format!("the table of persons' keys holds {what}")).of_class("KeyLost")
}
