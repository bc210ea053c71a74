//! Malformed input, from a corpus and by mutation: never a panic, and every message ends as done, as retried or in the
//! dead-letter queue with its cause.

mod bodies;
mod envelopes;
mod records;

use proptest::test_runner::Config;

/// So many cases, or a `share`-th of what `PROPTEST_CASES` asks for (`make fuzz`), if that is more.
fn cases(least: u32, share: u32) -> Config {
    let config = Config::default();
    Config {
        cases: (config.cases / share).max(least),
        failure_persistence: None,
        ..config
    }
}
