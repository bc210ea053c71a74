//! Tests of event handlers: given this event (or batch, or fault), expect these effects, events and dispositions. No AWS account, no
//! network; a test takes milliseconds.
//!
//! - **A decision by itself.** [`given`] puts a typed event into an envelope and hands it to a consumer ([`Given::by`]); [`Then`] says what
//!   is expected of it: writes, emitted events, or a failure; of a command ([`given_command`]) also what it appends and answers.
//! - **A batch, and what goes wrong.** A [`Bench`] has an embedded DynamoDB and a clock of its own. [`Bench::worker`] puts a consumer to
//!   work in the runtime that is deployed; [`Worker::deliver`] answers how each message [`Ended`], and the bench shows rows, emitted
//!   events and idempotency records. Faults: duplicates, [`raw`] bodies, a dead-letter queue that is down, the [`Death`] of a worker, a near
//!   deadline, time that passes.
//! - **An endpoint.** [`post`] and [`get`] make a request the way a Function URL does; [`Bench::events`] is an event store, [`Bench::stated`] what is
//!   in it, [`Bench::answers`] keeps answers for idempotency keys, and a [`CapturingTopic`] keeps what is published past it.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use serde_json::json;
//! use tidings_core::{
//!     Consumer, Context, Effects, Event, EventType, Failure, Transactional,
//!     catalogue::{Access, Resource, Table},
//!     consumer::guarantee,
//! };
//! use tidings_testkit::{Bench, Death, Ended, given};
//!
//! #[derive(Serialize, Deserialize)]
//! struct BookReturned { book: String, days_late: i64 }
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct FineImposed { book: String, cents: i64 }
//! # impl Event for BookReturned {
//! #     const TYPE: &'static str = "book.returned";
//! #     const AGGREGATE: &'static str = "book";
//! #     fn aggregate_id(&self) -> &str { &self.book }
//! # }
//! # impl Event for FineImposed {
//! #     const TYPE: &'static str = "fine.imposed";
//! #     const AGGREGATE: &'static str = "fine";
//! #     fn aggregate_id(&self) -> &str { &self.book }
//! # }
//! # const FINES: Table = Table::new("fines", "library", "book");
//!
//! /// Imposes twenty cents a day.
//! struct ImposeFine;
//! # impl Consumer for ImposeFine {
//! #     const NAME: &'static str = "impose-fine";
//! #     const SERVICE: &'static str = "library";
//! #     const USES: &'static [Resource] = &[Resource::Table(&FINES, Access::Write)];
//! #     const PUBLISHES: &'static [EventType] = &[FineImposed::EVENT_TYPE];
//! #     type Event = BookReturned;
//! #     type Guarantee = guarantee::Transactional;
//! # }
//!
//! impl Transactional for ImposeFine {
//!     fn decide(&self, returned: BookReturned, _: &Context) -> Result<Effects, Failure> {
//!         if returned.days_late < 0 {
//!             return Err(Failure::permanent("returned before it was lent"));
//!         }
//!         let fine = FineImposed { book: returned.book, cents: returned.days_late * 20 };
//!         Ok(Effects::none().add(&FINES, &json!({ "book": fine.book }), &[("cents", fine.cents)])?.emit(&fine, 1)?)
//!     }
//! }
//!
//! // The decision by itself.
//! let returned = |days_late| BookReturned { book: "dune".into(), days_late };
//! given(&returned(3))
//!     .by(&ImposeFine)
//!     .adds(&FINES, &json!({ "book": "dune" }), &[("cents", 60)])
//!     .emits(&FineImposed { book: "dune".into(), cents: 60 }, 1)
//!     .does_nothing_else();
//! given(&returned(-1)).by(&ImposeFine).fails_for_good("returned before it was lent");
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! // The worker commits, and dies before it acknowledges: the message comes again, and the fine is not imposed twice.
//! let bench = Bench::open().await;
//! let worker = bench.worker(ImposeFine).await;
//! let late = given(&returned(3));
//! worker.deliver_and_die(Death::AfterCompletion, [&late]).await;
//! assert_eq!(worker.deliver([&late]).await, [Ended::Duplicate]);
//! assert_eq!(bench.rows(&FINES).await, [json!({ "book": "dune", "cents": 60 })]);
//! assert_eq!(bench.emitted::<FineImposed>().await.len(), 1);
//!
//! // One bad record fails alone; while its dead-letter queue is down it comes back, and its record says why.
//! worker.dead_letter_queue_is_down(true);
//! let wrong = given(&returned(-1)).id("wrong");
//! let ended = worker.deliver([late.message(), wrong.message().received(3)]).await;
//! let why = "returned before it was lent (not set aside: the queue is down)";
//! assert_eq!(ended, [Ended::Duplicate, Ended::back(4, why)]);
//! assert_eq!(worker.record(&wrong.envelope()).await.unwrap().last_error.as_deref(), Some(why));
//! # });
//! ```
//!
//! The modules, in the order of a test: `given`, `by`, `then`; and for batches `bench`, `worker`, `message`, `ended`, `wire` (where a worker dies)
//! `latency` (calls that take a while), `transport` (its queues) and `claims` (where the data of large events is). [`time`] says what time it is.

mod bench;
mod by;
mod call;
mod claims;
mod ended;
mod given;
mod latency;
mod message;
mod then;
pub mod time;
mod topic;
mod transport;
mod wire;
mod worker;

pub use bench::Bench;
pub use by::By;
pub use call::{Answered, Call, get, post, post_text};
pub use claims::Claims;
pub use ended::Ended;
pub use given::{Given, given, given_command, given_json};
pub use message::{Message, raw};
pub use then::Then;
pub use topic::CapturingTopic;
pub use wire::Death;
pub use worker::Worker;
