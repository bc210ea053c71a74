//! Where log lines go, and in which form.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io,
    panic::{self, PanicHookInfo},
    str::FromStr as _,
};

use tracing::{
    Subscriber, error,
    subscriber::{SetGlobalDefaultError, set_global_default},
};
use tracing_subscriber::{
    Registry,
    filter::{LevelFilter, Targets},
    fmt::{self, MakeWriter, format::JsonFields},
    layer::SubscriberExt as _,
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
        let text = fmt::layer().with_target(false).without_time().with_ansi(false);
        set_global_default(Registry::default().with(text).with(filter()))
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
pub fn json_lines<W>(writer: W, filter: Targets) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer()
        .fmt_fields(JsonFields::new())
        .event_format(JsonLine)
        .with_writer(writer);
    Registry::default().with(lines).with(filter)
}

fn filter() -> Targets {
    let level = optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| LevelFilter::from_str(&level).ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    levels(level, optional("RUST_LOG").as_deref().unwrap_or_default())
}

/// The levels that a text like `warn,hyper=debug` says, over a default; what it says wrongly says nothing. (The filter that also knows spans and
/// fields reads regular expressions, and is half a megabyte of every function.)
fn levels(default: LevelFilter, said: &str) -> Targets {
    let said = said.split(',').map(str::trim).filter(|one| !one.is_empty());
    let said = said.filter_map(|one| one.parse::<Targets>().ok());
    said.fold(Targets::new().with_default(default), |levels, said| {
        let default = said.default_level();
        let levels = levels.with_targets(said);
        match default {
            Some(default) => levels.with_default(default),
            None => levels,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn the_level_of_all_and_of_single_modules_is_unchanged_said() {
        let at = |said: &str, target: &str, level: tracing::Level| {
            levels(LevelFilter::INFO, said).would_enable(target, &level)
        };
        use tracing::Level;
        assert!(at("", "tidings_aws", Level::INFO) && !at("", "tidings_aws", Level::DEBUG));
        assert!(at("warn,hyper=debug", "hyper::proto", Level::DEBUG));
        assert!(!at("warn,hyper=debug", "tidings_aws", Level::INFO));
        assert!(!at("hyper=off", "hyper", Level::ERROR) && at("hyper=off", "tidings_aws", Level::INFO));
        assert!(
            at("=!, ,tokio=trace", "tokio", Level::TRACE),
            "what is wrong says nothing"
        );
    }

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
            json_lines(move || writer.clone(), levels(LevelFilter::ERROR, "")),
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
