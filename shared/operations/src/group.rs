//! Letters that have the same cause, together.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::letter::{By, Letter};

/// Letters of one consumer and type that failed in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its id: the same for the same consumer, type, class and cause, whenever it is asked for.
    pub id: String,
    /// Whose letters.
    pub consumer: String,
    /// The queue that they are in.
    pub queue: String,
    /// The type of the events; none where the bodies are none.
    pub event_type: Option<String>,
    /// Who made letters of them.
    pub by: By,
    /// What kind of failure it was.
    pub class: String,
    /// What went wrong: with `#` for what differs, ids and numbers.
    pub cause: String,
    /// How many they are.
    pub letters: usize,
    /// The oldest and the newest.
    pub oldest: Option<Timestamp>,
    /// The newest.
    pub newest: Option<Timestamp>,
    /// When SQS drops the first of them.
    pub expires: Option<Timestamp>,
}

/// The group that a letter belongs to.
#[must_use]
pub fn group_of(letter: &Letter) -> String {
    let (cause, consumer) = (letter.cause(), letter.queue.consumer);
    let event_type = letter.event_type().unwrap_or_default();
    let text = format!(
        "{}\n{event_type}\n{}\n{}",
        consumer,
        cause.class,
        pattern(&cause.reason)
    );
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes())
        .simple()
        .to_string()[..8]
        .to_owned()
}

/// Puts letters together by consumer, event type, failure class and cause; what expires first comes
/// first.
#[must_use]
pub fn groups<'l>(letters: impl IntoIterator<Item = &'l Letter>) -> Vec<Group> {
    let mut groups = BTreeMap::<(String, &str), Group>::new();
    for letter in letters {
        let id = group_of(letter);
        let group = groups.entry((id.clone(), &letter.queue.name)).or_insert_with(|| {
            let cause = letter.cause();
            Group {
                id,
                consumer: letter.queue.consumer.to_owned(),
                queue: letter.queue.name.clone(),
                event_type: letter.event_type().map(ToOwned::to_owned),
                by: cause.by,
                class: cause.class.into_owned(),
                cause: pattern(&cause.reason),
                letters: 0,
                oldest: None,
                newest: None,
                expires: None,
            }
        });
        let earlier = |one: Option<Timestamp>, other: Option<Timestamp>| one.into_iter().chain(other).min();
        group.letters += 1;
        group.oldest = earlier(group.oldest, letter.sent);
        group.newest = group.newest.max(letter.sent);
        group.expires = earlier(group.expires, letter.expires());
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by(|one, other| (one.expires, &one.id).cmp(&(other.expires, &other.id)));
    groups
}

/// A reason with `#` for every word that has a digit in it: ids, times and numbers differ where the
/// cause does not.
#[must_use]
pub fn pattern(reason: &str) -> String {
    let (mut pattern, mut word) = (String::with_capacity(reason.len()), String::new());
    let end = |word: &mut String, pattern: &mut String| {
        match word.contains(|letter: char| letter.is_ascii_digit()) {
            true => pattern.push('#'),
            false => pattern.push_str(word),
        }
        word.clear();
    };
    for letter in reason.chars() {
        if letter.is_alphanumeric() || matches!(letter, '-' | '_') {
            word.push(letter);
            continue;
        }
        end(&mut word, &mut pattern);
        pattern.push(letter);
    }
    end(&mut word, &mut pattern);
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_that_differ_in_ids_and_numbers_are_one() {
        let reasons = [
            "order ord-9c71 has no line 3 (given up: tried 40 times)",
            "order ord-77aa has no line 12 (given up: tried 41 times)",
        ];
        let [one, other] = reasons.map(pattern);
        assert_eq!(one, other);
        assert_eq!(one, "order # has no line # (given up: tried # times)");
        assert_ne!(
            one,
            pattern("order ord-9c71 has no article 3 (given up: tried 40 times)")
        );
    }
}
