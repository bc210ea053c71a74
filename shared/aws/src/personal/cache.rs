//! Keys that have been unwrapped, for a while: most events of a person come close together, and each unwrapping is a paid call.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use lru::LruCache;

use super::DataKey;

/// How long a key is kept in memory. So long after a person is erased, functions that are at work may still read of them.
pub const KEPT_FOR: Duration = Duration::from_secs(5 * 60);
/// Keys that are kept, at most; a key takes about half a kilobyte.
const MOST: NonZeroUsize = NonZeroUsize::new(1000).expect("it is not zero");

/// What is known of a person.
#[derive(Debug, Clone)]
pub(super) enum Held {
    Key(Arc<DataKey>),
    /// For good.
    Erased,
}

pub(super) struct Cache(Mutex<LruCache<String, (Held, Timestamp)>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }
}

impl Cache {
    pub(super) fn get(&self, person: &str, now: Timestamp) -> Option<Held> {
        let mut held = self.held();
        let (found, until) = held.get(person)?;
        if *until > now {
            return Some(found.clone());
        }
        held.pop(person);
        None
    }

    pub(super) fn put(&self, person: &str, found: Held, now: Timestamp) {
        let until = now.saturating_add(KEPT_FOR).unwrap_or(now);
        self.held().put(person.to_owned(), (found, until));
    }

    fn held(&self) -> MutexGuard<'_, LruCache<String, (Held, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_for_its_time_and_not_longer() {
        let (cache, now) = (Cache::default(), Timestamp::UNIX_EPOCH);
        cache.put("u-1", Held::Erased, now);
        assert!(
            cache
                .get("u-1", now + KEPT_FOR - Duration::from_secs(1))
                .is_some()
        );
        assert!(cache.get("u-1", now + KEPT_FOR).is_none());
        assert!(cache.get("u-1", now).is_none(), "it is gone");
    }

    #[test]
    fn the_key_that_was_used_least_recently_makes_room() {
        let (cache, now) = (Cache::default(), Timestamp::UNIX_EPOCH);
        for person in 0..MOST.get() {
            cache.put(&person.to_string(), Held::Erased, now);
        }
        assert!(cache.get("0", now).is_some());
        cache.put("one more", Held::Erased, now);
        assert!(cache.get("0", now).is_some() && cache.get("1", now).is_none());
    }
}
