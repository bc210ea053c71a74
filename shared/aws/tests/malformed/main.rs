//! Malformed input, from a corpus and by mutation: never a panic, and every message ends as done, as retried or in the
//! dead-letter queue with its cause.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bodies;
mod envelopes;
mod records;

use proptest::test_runner::Config;

/// At least so many cases; `PROPTEST_CASES` asks for more (`make fuzz`).
fn cases(least: u32) -> Config {
    let config = Config::default();
    Config {
        cases: config.cases.max(least),
        failure_persistence: None,
        ..config
    }
}
