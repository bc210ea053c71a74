//! The idempotency protocol as pure code: may this delivery run, and what becomes of its message.
//!
//! ```text
//!                     claim                      complete
//!   (no record) ───────────────▶ in progress ───────────────▶ completed ──(expires)──▶ (no record)
//!                     ▲   ▲       │ │   │                         │
//!     lease ended ────┘   └───────┘ │   │ set aside               └─ every later delivery: already done
//!     (crash, or released           │   ▼
//!      after a failure)             │  failed ──▶ claimable again, by a redrive
//!                                   ▼
//!                        in flight: come back when the lease ends
//! ```
//!
//! Every write is conditional: a claim on [`claim`] saying [`Claim::Acquired`], a completion, a release and a
//! setting aside on the record still being in progress under the writer's own owner token ([`owns`]). The
//! conditions in `tidings-aws` are the same rules in DynamoDB's language.
//!
//! The protocol assumes that workers' clocks differ by at most [`CLOCK_SKEW`], and that a worker begins no effect
//! after its deadline. `tests/model` checks it exhaustively, and shows what each of its rules is for.

mod claim;
mod complete;
mod record;
mod settle;

pub use claim::{Claim, claim};
pub use complete::{Refusal, lease_until, owns, refusal};
pub use record::{Record, Status};
pub use settle::{Disposition, Outcome, settle};

use std::time::Duration;

/// How far the clocks of two workers may be apart. A lease outlives its worker's deadline by this much, so
/// that no other worker sees it end while the first still runs. Lambda's hosts are within milliseconds.
pub const CLOCK_SKEW: Duration = Duration::from_secs(1);

/// How long a record is kept: SNS retries for 23 days, a queue keeps 4, a dead-letter queue 14, and a margin.
/// While a message can still come back, its record is there.
pub const RECORD_LIFETIME: Duration = Duration::from_secs(45 * 24 * 60 * 60);
