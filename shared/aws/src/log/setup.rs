//! Where log lines go, and in which form.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io,
    panic::{self, PanicHookInfo},
    str::FromStr as _,
};

use lambda_runtime::tracing::subscriber::{
    EnvFilter,
    filter::LevelFilter,
    fmt::{MakeWriter, SubscriberBuilder, format::JsonFields},
};
use tracing::{
    Subscriber, error,
    subscriber::{SetGlobalDefaultError, set_global_default},
};

use super::JsonLine;
use crate::environment::optional;

/// Begins the log of a Lambda function as its logging configuration says (AWS: Lambda, "Configuring advanced logging
/// controls"): `AWS_LAMBDA_LOG_FORMAT` is `JSON` or else plain text; `AWS_LAMBDA_LOG_LEVEL` is the level, `INFO` without
/// it, and `RUST_LOG` may say more of single modules. A subscriber that is there already stays.
pub fn begin() {
    let json = optional("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("json"));
    let begun = if json {
        set_global_default(json_lines(io::stdout, filter()))
    } else {
        // Lambda stamps the time on every line.
        let text = SubscriberBuilder::default()
            .with_target(false)
            .without_time()
            .with_ansi(false);
        set_global_default(text.with_env_filter(filter()).finish())
    };
    if let Err(already) = begun {
        // Lines go where somebody else's subscriber puts them; it is told there.
        tracing::warn!(%already, "the function's own log format is not in use");
    }
    panic::set_hook(Box::new(log_panic));
}

/// Begins a log of [`JsonLine`]s on standard output, for a process that is no function. Levels are as [`begin`] has them.
///
/// # Errors
/// When a subscriber is there already; it stays.
pub fn begin_json() -> Result<(), SetGlobalDefaultError> {
    set_global_default(json_lines(io::stdout, filter()))?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// A panic is a line like any other. The standard hook's text on standard error would not say which event it was.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    error!(
        location = panic.location().map(tracing::field::display),
        backtrace = captured.then(|| tracing::field::display(&backtrace)),
        "panicked: {message}"
    );
}

/// A subscriber that writes [`JsonLine`]s.
pub fn json_lines<W>(writer: W, filter: EnvFilter) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    SubscriberBuilder::default()
        .with_env_filter(filter)
        .fmt_fields(JsonFields::new())
        .event_format(JsonLine)
        .with_writer(writer)
        .finish()
}

fn filter() -> EnvFilter {
    let level = optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| LevelFilter::from_str(&level).ok());
    EnvFilter::builder()
        .with_default_directive(level.unwrap_or(LevelFilter::INFO).into())
        .from_env_lossy()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_is_a_line_that_says_where_and_of_which_event() {
        #[derive(Clone, Default)]
        struct Captured(Arc<Mutex<Vec<u8>>>);
        impl io::Write for Captured {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let captured = Captured::default();
        let writer = captured.clone();
        let before = panic::take_hook();
        panic::set_hook(Box::new(log_panic));
        tracing::subscriber::with_default(
            json_lines(move || writer.clone(), EnvFilter::new("error")),
            || {
                let _delivery = crate::log::delivery("feed-bear", None, Some("m1"), 1).entered();
                panic::catch_unwind(|| panic!("the bear {}", "woke up")).unwrap_err();
            },
        );
        panic::set_hook(before);

        let line = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&line["consumer"], &line["message_id"]),
            (&"feed-bear".into(), &"m1".into())
        );
        assert_eq!(line["fields"]["message"], "panicked: the bear woke up");
        let location = line["fields"]["location"].as_str().unwrap();
        assert!(location.contains("setup.rs:"), "{location}");
    }
}
