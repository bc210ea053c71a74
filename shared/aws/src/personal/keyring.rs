//! The keyring: seals with the keys of persons, and opens.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use aws_sdk_dynamodb::Client;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tidings_core::{
    Clock, Entropy, Envelope, Failure,
    clock::{SystemClock, SystemEntropy},
    personal::{self, Sealed},
};

use super::{
    DataKey, Kept, KeyWrap, PersonKeys, Unreadable,
    cache::{Cache, Held},
};
use crate::idempotency::LONGEST_KEY;

/// Keys that are made or unwrapped at once.
const AT_ONCE: usize = 10;

/// The keys of persons, as a function uses them. Clones of an `Arc` share what is kept in memory.
pub struct Keyring {
    keys: PersonKeys,
    wrap: Arc<dyn KeyWrap>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    cache: Cache,
}

/// What is known of some persons. Of who is not there the table has nothing: no key yet, or it has lost it.
type Keys = HashMap<String, Held>;

impl Keyring {
    /// The keys in this table, wrapped so.
    #[must_use]
    pub fn new(
        keys: PersonKeys,
        wrap: Arc<dyn KeyWrap>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            keys,
            wrap,
            clock,
            entropy,
            cache: Cache::default(),
        }
    }

    /// The keys in the table of this name, wrapped so, with the machine's clock and entropy.
    #[must_use]
    pub fn on(dynamodb: Client, table: impl Into<String>, wrap: Arc<dyn KeyWrap>) -> Self {
        Self::new(
            PersonKeys::new(dynamodb, table),
            wrap,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
    }

    /// Seals the personal values of these events. A person of whom nothing was sealed before gets a key; of one who is erased nothing is
    /// kept, not even sealed.
    ///
    /// # Errors
    /// When the keys' table or the wrapping key does not answer: transient. When a key cannot be unwrapped any more, or a person's id is
    /// too long for a key in DynamoDB: permanent.
    pub async fn seal(&self, events: Vec<Envelope>) -> Result<Vec<Envelope>, Failure> {
        let unsealed = events.iter().filter_map(Envelope::unsealed);
        let persons: BTreeSet<String> = unsealed.map(|unsealed| unsealed.person().to_owned()).collect();
        if persons.is_empty() {
            return Ok(events);
        }
        if let Some(long) = persons.iter().find(|person| !is_key(person)) {
            let reason = format!(
                "the person's id has {} bytes; DynamoDB takes {LONGEST_KEY}",
                long.len()
            );
            return Err(Failure::permanent(reason).of_class("PersonId"));
        }
        let keys = self.found_or_made(persons).await?;
        let sealed = events.into_iter().map(|event| {
            let person = event.unsealed().map(|unsealed| unsealed.person().to_owned());
            let person = person.unwrap_or_default();
            event.sealed_by(|value| self.seal_value(&keys, &person, value))
        });
        sealed.collect()
    }

    /// Opens what is sealed in this event, whoever's it is. What belongs to a person who is erased, which the tombstone of their key says, stays
    /// as it is.
    ///
    /// # Errors
    /// When the keys' table or the wrapping key does not answer, or the table has neither a key nor a tombstone (`KeyMissing`): transient. When a
    /// key cannot be unwrapped any more, or a value has been changed: permanent.
    pub async fn open(&self, event: Envelope) -> Result<Envelope, Failure> {
        let persons = event.persons();
        let keys = self.found(&persons).await?;
        event.opened_by(|sealed| open_value(&keys, sealed))
    }

    /// Opens what is sealed in this state, or in whatever else has [`Personal`](tidings_core::Personal) values.
    ///
    /// # Errors
    /// As for [`open`](Self::open); permanent also where the state cannot be read as it was written, which is a bug of its type.
    pub async fn open_state<T: Serialize + DeserializeOwned>(&self, state: &T) -> Result<T, Failure> {
        let bug = |error: serde_json::Error| Failure::permanent(error.to_string()).of_class("State");
        let mut value = serde_json::to_value(state).map_err(bug)?;
        self.open_json(&mut value).await?;
        serde_json::from_value(value).map_err(bug)
    }

    /// Opens what is sealed in this JSON value. What it is then is to be read, and not to be written anywhere.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_json(&self, value: &mut Value) -> Result<(), Failure> {
        let keys = self.found(&personal::persons(value)).await?;
        personal::open(value, &mut |sealed: &Sealed| open_value(&keys, sealed))
    }

    /// Reads the keys that it takes to open these events, all together, so that each of them finds its own in memory.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn warm(&self, events: impl Iterator<Item = &Envelope>) -> Result<(), Failure> {
        let persons = events.flat_map(Envelope::persons).collect();
        self.found(&persons).await.map(drop)
    }

    async fn found(&self, persons: &BTreeSet<String>) -> Result<Keys, Failure> {
        let now = self.clock.now();
        let mut keys = Keys::with_capacity(persons.len());
        let mut unknown = BTreeSet::new();
        // A sealed value may come from anybody: what cannot be a key in the table is in none.
        for person in persons.iter().filter(|person| is_key(person)) {
            match self.cache.get(person, now) {
                Some(held) => drop(keys.insert(person.clone(), held)),
                None => drop(unknown.insert(person.as_str())),
            }
        }
        if unknown.is_empty() {
            return Ok(keys);
        }
        // Boxed: within the SDK's futures the compiler's limits are near.
        let kept = self.keys.read(unknown, self.entropy.as_ref()).boxed().await?;
        let held = stream::iter(kept).map(async |(person, kept)| {
            let held = self.hold(&person, kept, now).await?;
            Ok::<_, Failure>((person, held))
        });
        let held: Vec<_> = held.buffer_unordered(AT_ONCE).try_collect().await?;
        keys.extend(held);
        Ok(keys)
    }

    async fn found_or_made(&self, persons: BTreeSet<String>) -> Result<Keys, Failure> {
        let mut keys = self.found(&persons).await?;
        let without = persons.into_iter().filter(|person| !keys.contains_key(person));
        let made = stream::iter(without.collect::<Vec<_>>()).map(async |person: String| {
            let held = self.make(&person).await?;
            Ok::<_, Failure>((person, held))
        });
        let made: Vec<_> = made.buffer_unordered(AT_ONCE).try_collect().await?;
        keys.extend(made);
        Ok(keys)
    }

    /// Makes a key. Of two that do so at once, one is kept, and both use that.
    async fn make(&self, person: &str) -> Result<Held, Failure> {
        let now = self.clock.now();
        let new = self
            .wrap
            .generate(person)
            .await
            .map_err(|error| error.failure())?;
        match self.keys.add(person, &new.wrapped, now).boxed().await? {
            Some(there) => self.hold(person, there, now).await,
            None => {
                let held = Held::Key(Arc::new(DataKey::new(&new.key)));
                self.cache.put(person, held.clone(), now);
                Ok(held)
            }
        }
    }

    /// Keeps in memory what was read from the table, for a time that counts from `now`, before the reading.
    async fn hold(&self, person: &str, kept: Kept, now: Timestamp) -> Result<Held, Failure> {
        let held = match kept {
            Kept::Erased(_) => Held::Erased,
            Kept::Key { wrapped, .. } => {
                let key = self.wrap.unwrap(person, &wrapped).await;
                Held::Key(Arc::new(DataKey::new(&key.map_err(|error| error.failure())?)))
            }
        };
        self.cache.put(person, held.clone(), now);
        Ok(held)
    }

    fn seal_value(&self, keys: &Keys, person: &str, value: &Value) -> Result<Sealed, Failure> {
        let Some(Held::Key(key)) = keys.get(person) else {
            return Ok(Sealed::nothing(person));
        };
        let sealed = key.seal(person, nonce(self.entropy.bits()), value.to_string().as_bytes());
        Ok(Sealed {
            person: person.to_owned(),
            data: Some(BASE64_STANDARD.encode(sealed)),
        })
    }
}

fn open_value(keys: &Keys, sealed: &Sealed) -> Result<Option<Value>, Failure> {
    let broken = || {
        let reason = format!(
            "a value that is sealed for {} cannot be opened: {Unreadable}",
            sealed.person
        );
        Failure::permanent(reason).of_class("SealBroken")
    };
    // Where the person was erased before, nothing was kept that could be opened.
    let Some(data) = &sealed.data else { return Ok(None) };
    let key = match keys.get(&sealed.person) {
        Some(Held::Key(key)) => key,
        Some(Held::Erased) => return Ok(None),
        None if is_key(&sealed.person) => return Err(missing(&sealed.person)),
        None => return Err(broken()),
    };
    let data = BASE64_STANDARD.decode(data).map_err(|_| broken())?;
    let plain = key.open(&sealed.person, &data).map_err(|_| broken())?;
    serde_json::from_slice(&plain).map(Some).map_err(|_| broken())
}

/// A key is made before anything is sealed with it, and a tombstone stays where it was: that there is neither is a loss, as of a table that was
/// restored to an earlier time, and can be made good.
fn missing(person: &str) -> Failure {
    let reason = format!(
        "a value is sealed for {person}, and the table of persons' keys has neither a key nor a tombstone of them: it has lost an item; restore it"
    );
    tracing::error!(person, "the key of a person is missing");
    Failure::transient(reason).of_class("KeyMissing")
}

/// 96 of 128 random bits: those that are random in a version 4 UUID too, of which some are fixed.
fn nonce(bits: u128) -> [u8; 12] {
    let bytes = bits.to_be_bytes();
    let mut nonce = [0; 12];
    nonce[..6].copy_from_slice(&bytes[..6]);
    nonce[6..].copy_from_slice(&bytes[10..]);
    nonce
}

fn is_key(person: &str) -> bool {
    (1..=LONGEST_KEY).contains(&person.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_made_of_random_bits_only() {
        // RFC 9562, section 5.4: the version is in the high bits of byte 6, the variant in those of byte 8.
        let fixed = 0xffff_ffff_ffff_0000_0000_ffff_ffff_ffff_u128;
        assert_eq!(nonce(fixed), [0xff; 12]);
        assert_eq!(nonce(!fixed), [0; 12]);
    }
}
