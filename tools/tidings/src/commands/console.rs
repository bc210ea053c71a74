//! The terminal of the local run.

use tracing_subscriber::EnvFilter;

/// An order that the system takes.
pub const SAMPLE_ORDER: &str = r#"{"email":"ada@example.com","currency":"EUR","card":"tok_visa","items":[{"sku":"mug-blue","name":"Blue mug","quantity":2,"unitPrice":1299},{"sku":"tea-green","name":"Green tea","quantity":1,"unitPrice":500}]}"#;

/// Begins to write the log beside what the terminal shows; `RUST_LOG` says how much, warnings without it.
pub fn begin() {
    log("warn");
}

/// The same, for who makes things fail: without `RUST_LOG`, only errors.
pub fn begin_quietly() {
    log("error");
}

fn log(unless_told: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(unless_told));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .compact()
        .init();
}
