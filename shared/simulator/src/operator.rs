//! Who looks after dead letters of commands: now and then, redrives them, some of them mended and some in vain, or drops one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tidings_bus::Bus;
use tidings_core::{Consumer as _, Envelope, catalogue::IDEMPOTENCY, command};
use tokio::time::Instant;

use crate::{
    chance::Chance,
    line::{Line, Which, read},
    pouring::HandlePour,
};

/// The longest time between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
/// Who drops a letter has read it. Longer than a late request is under way.
const READING: Duration = Duration::from_secs(30);
/// How likely a letter is dropped, if it can be.
const DROPS: f64 = 0.3;
/// How likely a command can be done when it is redriven.
const MENDS: f64 = 0.6;

pub(crate) struct Operator {
    pub(crate) bus: Arc<Bus>,
    /// Past every fault.
    pub(crate) dynamodb: Client,
    pub(crate) chance: Arc<Chance>,
    pub(crate) line: Arc<Line>,
    /// When each letter was first seen.
    pub(crate) seen: Mutex<BTreeMap<Which, Instant>>,
}

impl Operator {
    /// Looks now and then, without end.
    pub(crate) async fn attend(&self) -> ! {
        loop {
            let pause = self.chance.below(LONGEST_PAUSE.as_millis() as u64);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.look().await;
        }
    }

    /// Redrives all letters, or drops one.
    pub(crate) async fn look(&self) {
        let dead = self.bus.dead_letters(HandlePour::NAME).unwrap_or_default();
        let letters: BTreeMap<Which, &str> = dead
            .iter()
            .filter_map(|dead| Some((read(&dead.body)?, dead.body.as_str())))
            .collect();
        dead.iter().for_each(|dead| self.line.dies(&dead.body));
        if letters.is_empty() {
            return;
        }
        let drop = self.to_drop(&letters).filter(|_| self.chance.hits(DROPS));
        match drop {
            Some(which) => self.drop_letter(&which, letters[&which]).await,
            None => self.redrive(letters.keys()),
        }
    }

    /// A letter that can be dropped. Not what the handler can do: it would be done when its sender asks once more, behind what was sent later.
    fn to_drop(&self, letters: &BTreeMap<Which, &str>) -> Option<Which> {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let read = letters.keys().filter(|&which| {
            let since = *seen.entry(which.clone()).or_insert(now);
            now.duration_since(since) >= READING && !self.line.mended(which)
        });
        let read: Vec<_> = read.collect();
        let chosen = self.chance.below(read.len() as u64) as usize;
        read.get(chosen).map(|&which| which.clone())
    }

    fn redrive<'l>(&self, letters: impl Iterator<Item = &'l Which>) {
        for which in letters {
            self.line.is_taken(which);
            if !self.line.dropped(which) && self.chance.hits(MENDS) {
                self.line.is_mended(which);
            }
        }
        let moved = self.bus.redrive(HandlePour::NAME, Some(HandlePour::NAME));
        moved.expect("the handler is subscribed");
    }

    /// As `docs/guarantees.md` says it: the letter first, and then its mark.
    async fn drop_letter(&self, which: &Which, body: &str) {
        self.line.is_taken(which);
        self.line.is_dropped(which);
        let own = |body: &str| read(body).as_ref() == Some(which);
        let dropped = self.bus.discard(HandlePour::NAME, |dead| own(&dead.body));
        dropped.expect("the handler is subscribed");
        let Ok(command) = Envelope::parse(body) else {
            return;
        };
        let line = format!("#letters#{}#{}", HandlePour::NAME, command::group(&command));
        let query = self.dynamodb.query().table_name(IDEMPOTENCY.name);
        let query = query.key_condition_expression("event = :line");
        let query = query.expression_attribute_values(":line", AttributeValue::S(line));
        let marks = query.send().await.expect("the embedded database reads").items;
        let key = AttributeValue::S(command.key());
        for mark in marks.unwrap_or_default() {
            if mark.get("letter") != Some(&key) {
                continue;
            }
            let delete = self.dynamodb.delete_item().table_name(IDEMPOTENCY.name);
            let delete = delete.key("event", mark["event"].clone());
            let delete = delete.key("consumer", mark["consumer"].clone());
            delete.send().await.expect("the embedded database deletes");
        }
    }
}
