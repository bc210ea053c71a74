//! A library: the events and consumers of these tests.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_core::{
    Condition, Consumer, Context, Effects, Event, EventType, Failure, Leased, Natural, Repeat, Transactional,
    Upcast,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};

/// Version 1 did not know who reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookLent {
    pub book: String,
    pub reader: String,
}

impl Event for BookLent {
    const TYPE: &'static str = "book.lent";
    const AGGREGATE: &'static str = "book";
    const VERSION: u32 = 2;

    fn aggregate_id(&self) -> &str {
        &self.book
    }

    fn upcast<U: Upcast<Self>>(version: u32, older: U) -> Option<U::Outcome> {
        #[derive(Deserialize, JsonSchema)]
        struct V1 {
            book: String,
        }
        let by_somebody = |v1: V1| Self {
            book: v1.book,
            reader: "somebody".to_owned(),
        };
        (version == 1).then(|| older.becomes(by_somebody))
    }
}

pub fn lent(reader: &str) -> BookLent {
    BookLent {
        book: "dune".to_owned(),
        reader: reader.to_owned(),
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct ReminderPlanned {
    pub reader: String,
}

impl Event for ReminderPlanned {
    const TYPE: &'static str = "reminder.planned";
    const AGGREGATE: &'static str = "reminder";

    fn aggregate_id(&self) -> &str {
        &self.reader
    }
}

pub const SHELF: Table = Table::new("shelf", "library", "book").sorted_by("seen");

/// Notes who has the book, once a time, and plans a reminder.
pub struct NoteReader;

impl Consumer for NoteReader {
    const NAME: &'static str = "note-reader";
    const SERVICE: &'static str = "library";
    const USES: &'static [Resource] = &[Resource::Table(&SHELF, Access::Write)];
    const PUBLISHES: &'static [EventType] = &[ReminderPlanned::EVENT_TYPE];
    type Event = BookLent;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for NoteReader {
    fn decide(&self, lent: BookLent, context: &Context) -> Result<Effects, Failure> {
        if lent.reader == "nobody" {
            return Err(Failure::permanent("a reader must be somebody"));
        }
        let note = json!({
            "book": lent.book, "seen": context.now, "reader": lent.reader, "try": context.attempt,
            "by": context.envelope.actor.id,
        });
        let once = Condition::Absent(SHELF.partition_key);
        let reminder = ReminderPlanned { reader: lent.reader };
        Ok(Effects::none()
            .put_if(&SHELF, &note, once, Otherwise::Superseded)?
            .emit(&reminder, 1)?)
    }
}

/// Emits what it has not declared.
pub struct SayTooMuch;

impl Consumer for SayTooMuch {
    const NAME: &'static str = "say-too-much";
    const SERVICE: &'static str = "library";
    type Event = BookLent;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for SayTooMuch {
    fn decide(&self, lent: BookLent, _: &Context) -> Result<Effects, Failure> {
        match lent.reader.as_str() {
            "writer" => {
                Ok(Effects::none().add(&SHELF, &json!({ "book": "dune", "seen": "now" }), &[("n", 1)])?)
            }
            _ => Ok(Effects::none().emit(&ReminderPlanned { reader: lent.reader }, 1)?),
        }
    }
}

/// Writes to the reader; a mail cannot be called back.
#[derive(Clone, Default)]
pub struct MailReader {
    pub mails: Arc<AtomicU32>,
}

impl Consumer for MailReader {
    const NAME: &'static str = "mail-reader";
    const SERVICE: &'static str = "library";
    type Event = BookLent;
    type Guarantee = guarantee::Leased;
}

impl Leased for MailReader {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, lent: BookLent, _: &Context) -> Result<Effects, Failure> {
        match lent.reader.as_str() {
            "unreachable" => return Err(Failure::transient("no answer")),
            "slow" => std::future::pending().await,
            _ => {}
        }
        self.mails.fetch_add(1, Ordering::Relaxed);
        Ok(Effects::none())
    }
}

/// Looks at the book, which changes nothing.
pub struct LookAtBook;

impl Consumer for LookAtBook {
    const NAME: &'static str = "look-at-book";
    const SERVICE: &'static str = "library";
    type Event = BookLent;
    type Guarantee = guarantee::Natural;
}

impl Natural for LookAtBook {
    async fn perform(&self, _: BookLent, _: &Context) -> Result<(), Failure> {
        Ok(())
    }
}
